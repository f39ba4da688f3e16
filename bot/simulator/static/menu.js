// The rich menu as a phone shows it: an image with areas on it. Areas that switch the menu are tabs: arrow keys move
// between them; all others are buttons. The bar below opens and closes the menu.
const TRIES = 40;
const PAUSE = 1000; // milliseconds between two looks for a menu that is not there yet

const share = (value, whole) => `${(100 * value) / whole}%`;
const isTab = ({ action }) => action.type === "richmenuswitch";

function areaButton({ bounds, action }, size, tap) {
  const made = document.createElement("button");
  made.type = "button";
  made.setAttribute("aria-label", action.label ?? action.text ?? action.data ?? "");
  Object.assign(made.style, {
    left: share(bounds.x, size.width), width: share(bounds.width, size.width),
    top: share(bounds.y, size.height), height: share(bounds.height, size.height),
  });
  made.addEventListener("click", () => tap(action));
  return made;
}

function tabList(areas, menu, tap) {
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", menu.chatBarText);
  const chosen = Math.max(0, areas.findIndex(({ action }) => menu.aliases.includes(action.richMenuAliasId)));
  const tabs = areas.map((area, index) => {
    const made = areaButton(area, menu.size, tap);
    made.setAttribute("role", "tab");
    made.setAttribute("aria-selected", index === chosen);
    made.setAttribute("aria-controls", "menu-tiles");
    made.tabIndex = index === chosen ? 0 : -1;
    return made;
  });
  list.addEventListener("keydown", (pressed) => {
    const next = { ArrowRight: 1, ArrowLeft: -1, Home: -chosen, End: tabs.length - 1 - chosen }[pressed.key];
    if (next === undefined) return;
    pressed.preventDefault();
    tabs[(chosen + next + tabs.length) % tabs.length].click();
  });
  list.append(...tabs);
  return list;
}

function tiles(areas, menu, tap) {
  const made = document.createElement("div");
  made.id = "menu-tiles";
  made.setAttribute("role", menu.areas.some(isTab) ? "tabpanel" : "group");
  made.setAttribute("aria-label", menu.chatBarText);
  made.append(...areas.map((area) => areaButton(area, menu.size, tap)));
  return made;
}

async function imageOf(menu) {
  const image = document.createElement("img");
  image.src = `api/rich-menu/${menu.richMenuId}/image`;
  image.alt = "";
  await image.decode().catch(() => {}); // the old tab stays until the new one can be seen
  return image;
}

export function createMenu({ holder, bar, tap }) {
  let wish = 0; // counts what was asked for: only the newest is drawn

  function fold(open) {
    holder.hidden = !open;
    bar.setAttribute("aria-expanded", open);
  }

  async function draw(menu) {
    const focused = holder.querySelector("[role=tablist]")?.contains(document.activeElement);
    const mine = wish;
    const image = await imageOf(menu);
    if (mine !== wish) return;
    const tabs = menu.areas.filter(isTab);
    const others = menu.areas.filter((area) => !isTab(area));
    holder.replaceChildren(image, ...(tabs.length ? [tabList(tabs, menu, tap)] : []), tiles(others, menu, tap));
    bar.hidden = false;
    bar.querySelector("span").textContent = menu.chatBarText;
    if (focused) holder.querySelector("[aria-selected=true]")?.focus();
  }

  async function load(city, alias, tries) {
    const mine = (wish += 1);
    const menu = await (await fetch(`api/${city}/rich-menu?alias=${encodeURIComponent(alias)}`)).json();
    if (mine !== wish) return;
    if (menu) {
      await draw(menu);
      if (!alias) fold(menu.selected);
    } else if (tries > 0) {
      setTimeout(() => mine === wish && load(city, alias, tries - 1), PAUSE);
    }
  }

  bar.addEventListener("click", () => fold(holder.hidden));
  return {
    open(city) {
      bar.hidden = true;
      holder.hidden = true;
      holder.replaceChildren();
      load(city, "", TRIES);
    },
    change: (city, alias) => load(city, alias, 0),
  };
}
