// Draws LINE's Flex messages: boxes, texts, separators, buttons, images. `tap` is called with an action.
const SIZES = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 26, "3xl": 30, "4xl": 36, "5xl": 48 };
const SPACES = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };

const pixels = (value, named) => (value in named ? `${named[value]}px` : value);

function element(tag, ...classes) {
  const made = document.createElement(tag);
  made.classList.add(...classes.filter(Boolean));
  return made;
}

function place(made, part, parentLayout) {
  if (part.flex !== undefined) made.style.flex = part.flex === 0 ? "none" : `${part.flex} 1 0`;
  else if (parentLayout !== "vertical") made.style.flex = "1 1 0";
  if (part.margin) made.style[parentLayout === "vertical" ? "marginTop" : "marginLeft"] = pixels(part.margin, SPACES);
  return made;
}

function drawText(part, tap) {
  const made = element("p", "t");
  for (const span of part.contents ?? [part]) {
    const piece = element("span");
    piece.textContent = span.text ?? "";
    if (span.weight === "bold") piece.style.fontWeight = "bold";
    if (span.color) piece.style.color = span.color;
    if (span.size) piece.style.fontSize = pixels(span.size, SIZES);
    made.append(piece);
  }
  made.style.fontSize = pixels(part.size ?? "md", SIZES);
  if (part.align) made.style.textAlign = part.align;
  if (!part.wrap) Object.assign(made.style, { whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis" });
  if (part.action) made.addEventListener("click", () => tap(part.action));
  return made;
}

function drawBox(part, tap) {
  const made = element(part.action ? "button" : "div", "box", part.layout, part.action && "tap");
  if (part.action) {
    made.type = "button";
    made.addEventListener("click", () => tap(part.action));
  }
  made.style.gap = pixels(part.spacing ?? "none", SPACES);
  if (part.paddingAll) made.style.padding = pixels(part.paddingAll, SPACES);
  if (part.backgroundColor) made.style.backgroundColor = part.backgroundColor;
  if (part.cornerRadius) made.style.borderRadius = pixels(part.cornerRadius, SPACES);
  for (const inner of part.contents) made.append(place(draw(inner, tap), inner, part.layout));
  return made;
}

function drawButton(part, tap) {
  const made = element("button", "flex-button", part.style);
  made.type = "button";
  made.textContent = part.action.label;
  if (part.color && part.style !== "link") made.style.backgroundColor = part.color;
  made.addEventListener("click", () => tap(part.action));
  return made;
}

function draw(part, tap) {
  if (part.type === "box") return drawBox(part, tap);
  if (part.type === "text") return drawText(part, tap);
  if (part.type === "button") return drawButton(part, tap);
  if (part.type === "separator") return element("hr");
  const made = element(part.type === "image" ? "img" : "span");
  if (part.url) made.src = part.url;
  return made;
}

function drawBubble(bubble, tap) {
  const made = element("div", "flex");
  for (const name of ["header", "hero", "body", "footer"]) if (bubble[name]) made.append(draw(bubble[name], tap));
  return made;
}

export function drawFlex(contents, tap) {
  if (contents.type === "bubble") return drawBubble(contents, tap);
  const made = element("div", "flex-scroll");
  made.append(...contents.contents.map((bubble) => drawBubble(bubble, tap)));
  return made;
}
