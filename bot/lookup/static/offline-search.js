// Searching the copy on this device, without a network: a question is compared with everything that people say for
// each entry, by pairs of characters. It is simpler than the service's own recognition, and answers less boldly.

/** One spelling for what people type in many: as the server's `compact`, and hiragana for katakana. */
export function folded(text) {
  return text
    .slice(0, 1000)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60))
    .replace(/[\p{P}\p{S}\p{Z}\p{C}]|ー/gu, "");
}

/** Neighbouring characters, each pair once; a single character stands for itself. */
function pairs(text) {
  const found = new Set();
  for (let i = 0; i + 1 < text.length; i++) found.add(text.slice(i, i + 2));
  if (text.length === 1) found.add(text);
  return found;
}

/** The index of `documents` ([{ways: [...]}]): for every pair of characters the phrasings that have it. */
export function buildIndex(documents) {
  const owner = [];
  const sizes = [];
  const places = new Map();
  const seen = [];
  documents.forEach((document, number) => {
    for (const way of document.ways) {
      const id = owner.length;
      owner.push(number);
      const own = pairs(folded(way));
      seen.push(own);
      for (const pair of own) {
        if (!places.has(pair)) places.set(pair, []);
        places.get(pair).push(id);
      }
    }
  });
  const rarity = new Map();
  for (const [pair, ids] of places) rarity.set(pair, Math.log(1 + (owner.length - ids.length + 0.5) / (ids.length + 0.5)));
  for (const own of seen) sizes.push(total(own, rarity, owner.length));
  return { owner, sizes, places, rarity, ways: documents.map((d) => d.ways.length), count: documents.length };
}

function total(found, rarity, texts) {
  const unknown = Math.log(1 + 2 * texts);
  let sum = 0;
  for (const pair of found) sum += rarity.get(pair) ?? unknown;
  return sum;
}

/** Weights of what is known of a question and an entry. Equal ones do as well as any on the questions for testing. */
export const WEIGHTS = { nearest: 1, together: 1, typical: 1 };

/**
 * The entries nearest to `text`, best first: [{number, score, nearest}]. `nearest` (0–1) is how much the most alike
 * phrasing shares with it; `score` also weighs how much all of an entry's phrasings together have of it.
 */
export function search(index, text, most = 3, weights = WEIGHTS) {
  const asked = pairs(folded(text));
  const size = total(asked, index.rarity, index.owner.length);
  if (!size) return [];
  const shared = new Map();
  const together = new Float64Array(index.count);
  const typical = new Float64Array(index.count);
  for (const pair of asked) gather(index, pair, shared, together, typical);
  const nearest = new Float64Array(index.count);
  for (const [id, mass] of shared) {
    const number = index.owner[id];
    nearest[number] = Math.max(nearest[number], (2 * mass) / (size + index.sizes[id]));
  }
  const found = [];
  for (let number = 0; number < index.count; number++) {
    if (!nearest[number]) continue;
    const score =
      weights.nearest * nearest[number] +
      (weights.together * together[number]) / size +
      (weights.typical * typical[number]) / size;
    found.push({ number, score, nearest: nearest[number] });
  }
  return found.sort((a, b) => b.score - a.score || a.number - b.number).slice(0, most);
}

function gather(index, pair, shared, together, typical) {
  const ids = index.places.get(pair);
  if (!ids) return;
  const weight = index.rarity.get(pair);
  const counts = new Map();
  for (const id of ids) {
    shared.set(id, (shared.get(id) ?? 0) + weight);
    counts.set(index.owner[id], (counts.get(index.owner[id]) ?? 0) + 1);
  }
  for (const [number, count] of counts) {
    together[number] += weight;
    typical[number] += (weight * count) / index.ways[number];
  }
}

/** How alike the nearest phrasing must be to be shown at once, or to be offered: rather offered than wrong. */
export const SURE = 0.55;
export const NEAR = 0.15;
/** How alike a matter that is not answered here must be, and how much nearer than the best entry. */
export const OUTSIDE = { least: 0.3, lead: 1.1 };

/**
 * What to do about `text`: {answer, outside, others} as numbers of documents. `answer` is shown at once, `others` are
 * offered; `outside` is a matter that is not answered here (`isOutside` tells which documents are such).
 */
export function decide(index, text, isOutside) {
  const found = search(index, text, 12);
  const inside = found.filter(({ number }) => !isOutside(number));
  const outside = found.find(({ number }) => isOutside(number));
  const others = inside.filter(({ nearest }) => nearest >= NEAR).slice(0, 3).map(({ number }) => number);
  const lead = outside ? outside.score / (inside[0]?.score || Number.EPSILON) : 0;
  if (lead >= OUTSIDE.lead && outside.nearest >= OUTSIDE.least) return { answer: null, outside: outside.number, others };
  if (inside[0]?.nearest >= SURE && lead < 1) return { answer: inside[0].number, outside: null, others: others.slice(1) };
  return { answer: null, outside: null, others };
}

/** Whether somebody's life may be in danger, by the service's own pattern. */
export function asksForHelp(pattern, text) {
  try {
    return new RegExp(pattern, "i").test(text.normalize("NFKC"));
  } catch {
    return false; // a browser without look-behind: the emergency entry is then found as any other
  }
}
