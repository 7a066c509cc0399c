// Keys and clicks.

const keysOf = (page) => {
  const { list } = page;
  const keys = {
    j: () => page.go(list.current + 1),
    k: () => page.go(list.current - 1),
    o: () => page.open(list.current),
    d: () => page.toggle("plain"),
    b: () => page.toggle("names"),
    a: () => page.accept(),
    e: () => page.edit(),
    i: () => page.ignore(),
    u: () => page.undo(),
  };
  for (let place = 1; place <= 9; place += 1) keys[place] = () => page.choose(place);
  return keys;
};

const AT_ONCE = {
  "/": () => byId("query").focus(),
  "?": () => byId("help").showModal(),
};

/** Only where the list has the focus: elsewhere these keys belong to the page. */
const listKeysOf = (page, keys) => ({
  ArrowDown: keys.j,
  ArrowUp: keys.k,
  Home: () => page.go(0),
  End: () => page.go(page.list.segments.length - 1),
});

const actionsOf = (page, keys) => ({
  previous: keys.k,
  next: keys.j,
  plain: keys.d,
  names: keys.b,
  close: () => page.close(),
  accept: keys.a,
  edit: keys.e,
  ignore: keys.i,
  undo: keys.u,
  choose: (button) => page.choose(Number(button.dataset.place)),
});

const typing = (target) => target.matches("input:not([type=checkbox]), select, textarea");

const onKey = (page, keys, listKeys) => (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  const { key, target } = event;
  if (key === "Escape") {
    if (typing(target)) {
      event.preventDefault(); // a browser would empty the search
      page.list.rows.focus({ preventScroll: true });
    } else if (page.view.open) page.turn(() => page.close());
    return;
  }
  if (key === "Enter" && (target === page.list.rows || target === document.body)) {
    page.turn(async () => {
      await page.open(page.list.current);
      page.detail.focus({ preventScroll: true });
    });
  } else if (target === page.list.rows && Object.hasOwn(listKeys, key)) page.turn(listKeys[key]);
  else if (!typing(target) && Object.hasOwn(keys, key)) page.turn(keys[key]);
  else if (!typing(target) && Object.hasOwn(AT_ONCE, key)) AT_ONCE[key](); // what is typed next belongs there
  else return;
  event.preventDefault();
};

const onRowClick = (page) => (event) => {
  const row = event.target.closest(".row");
  if (!row || String(getSelection())) return; // somebody is copying text
  const index = Number(row.dataset.index);
  page.turn(() => (page.view.open === page.list.segments[index].id ? page.close() : page.open(index)));
};

const listenToToolbar = (page) => {
  let waiting;
  byId("toolbar").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => page.filter(), event.target.id === "query" ? 150 : 0);
  });
  byId("toolbar").addEventListener("submit", (event) => {
    event.preventDefault();
    page.list.rows.focus({ preventScroll: true });
  });
  byId("toolbar").addEventListener("reset", (event) => {
    event.preventDefault();
    const { open, plain, names, sort } = page.view;
    page.change({ ...viewOf(""), open, plain, names, sort });
    page.apply();
  });
  byId("more").addEventListener("click", () => {
    const shown = byId("filters").classList.toggle("shown");
    byId("more").setAttribute("aria-expanded", shown);
  });
};

const listenToWindow = (page) => {
  window.addEventListener("scroll", () => page.list.draw(), { passive: true });
  window.addEventListener("hashchange", async () => {
    page.view = viewOf(location.hash);
    await page.apply();
    byId("segments").scrollIntoView();
  });
  window.addEventListener("beforeprint", () => {
    const printed = page.list.print();
    const rest = page.list.segments.length - printed;
    byId("nothing").hidden = rest === 0 && printed > 0;
    if (rest) byId("nothing").textContent = `${counted(rest, "more segment")} not printed.`;
  });
  window.addEventListener("afterprint", () => page.apply());
  const resized = new ResizeObserver(() => {
    document.documentElement.style.setProperty("--sticky", `${page.stickyLine}px`);
    page.list.measure();
    page.place();
  });
  for (const node of [page.list.rows.parentElement, page.detail, byId("toolbar")]) resized.observe(node);
};

const listen = (page) => {
  const keys = keysOf(page);
  const actions = actionsOf(page, keys);
  listenToToolbar(page);
  listenToWindow(page);
  byId("rows").addEventListener("click", onRowClick(page));
  page.detail.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) page.turn(() => actions[button.dataset.do](button));
  });
  byId("theme").addEventListener("click", nextTheme);
  byId("help-open").addEventListener("click", AT_ONCE["?"]);
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address belongs to the view
    page.list.rows.focus();
  });
  document.addEventListener("keydown", onKey(page, keys, listKeysOf(page, keys)));
};
