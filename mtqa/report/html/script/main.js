// The page comes alive: data read once, the view followed, keys and clicks turned into views.

const blocks = (kind) =>
  [...document.querySelectorAll(`script[data-block="${kind}"]`)].flatMap((block) => {
    const data = JSON.parse(block.textContent);
    block.remove(); // the text has served; its memory is wanted
    return data;
  });

const [run] = blocks("run");
const segments = worstFirst(blocks("segments"));
const list = new SegmentList(byId("rows"));
const detail = byId("detail");
const workspace = byId("workspace");
const wide = window.matchMedia("(min-width: 1000px)");
let view = viewOf(location.hash);

// ---- the view

const position = (id) => list.segments.findIndex((segment) => segment.id === id);

/** Change the view. The address follows without growing the history. */
const change = (changed) => {
  view = { ...view, ...changed };
  history.replaceState(null, "", hashOf(view));
};

/** Show what the view says: controls, matching segments, the open one. */
const apply = () => {
  showControls(view);
  const kept = list.segments[list.current]?.id;
  list.show(matching());
  if (view.open && position(view.open) < 0) change({ open: "" });
  list.setCurrent(Math.max(position(view.open || kept), 0));
  byId("count").value = byId("query").ariaInvalid === "true"
    ? "not a regular expression" : `${whole(list.segments.length)} of ${whole(segments.length)}`;
  byId("nothing").hidden = list.segments.length > 0;
  byId("nothing").textContent = segments.length ? "No segment matches." : "This run has no segments.";
  showDetail();
};

const matching = () => {
  const query = byId("query");
  try {
    query.ariaInvalid = "false";
    return segments.filter(testOf(view));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    query.ariaInvalid = "true";
    return [];
  }
};

// ---- the open segment

/** Below this line of the window the list is in sight. */
const stickyLine = () => byId("toolbar").offsetHeight;

const showDetail = () => {
  const segment = view.open ? list.segments[list.current] : undefined;
  detail.hidden = !segment;
  workspace.classList.toggle("split", Boolean(segment));
  detail.replaceChildren(...(segment ? detailOf(segment, run, view.plain) : []));
  detail.scrollTop = 0;
  list.measure();
  placeDetail();
};

/** Wide windows have the detail beside the list, narrow ones in a gap below its row. */
const placeDetail = () => {
  const inline = !wide.matches && !detail.hidden;
  detail.style.top = inline ? `${(list.current + 1) * list.height}px` : "";
  list.setGap(inline ? list.current : -1, inline ? detail.offsetHeight : 0);
};

const open = (index) => {
  if (!list.segments.length) return;
  list.setCurrent(index);
  change({ open: list.segments[list.current].id });
  showDetail();
  const above = workspace.getBoundingClientRect().top - stickyLine();
  if (wide.matches && above > 0) window.scrollBy(0, above); // give the detail the whole window
  list.reveal(stickyLine(), { toTop: !wide.matches });
};

const close = () => {
  change({ open: "" });
  showDetail();
  list.reveal(stickyLine());
};

const go = (index) => {
  list.rows.focus({ preventScroll: true });
  if (view.open) open(Math.max(0, Math.min(index, list.segments.length - 1)));
  else {
    list.setCurrent(index);
    list.reveal(stickyLine());
  }
};

const togglePlain = () => {
  change({ plain: !view.plain });
  const scrolled = detail.scrollTop;
  showDetail();
  detail.scrollTop = scrolled;
};

const filter = () => {
  change(readControls());
  const pinned = workspace.getBoundingClientRect().top < stickyLine();
  apply();
  if (pinned) list.reveal(stickyLine(), { toTop: true }); // the list may now be shorter than where the page was
};

// ---- keys and clicks

const KEYS = {
  j: () => go(list.current + 1),
  k: () => go(list.current - 1),
  o: () => open(list.current),
  d: () => togglePlain(),
  "/": () => byId("query").focus(),
  "?": () => byId("help").showModal(),
};
// Only where the list has the focus: elsewhere these keys belong to the page.
const LIST_KEYS = {
  ArrowDown: KEYS.j,
  ArrowUp: KEYS.k,
  Home: () => go(0),
  End: () => go(list.segments.length - 1),
};

const typing = (target) => target.matches("input:not([type=checkbox]), select, textarea");

const onKey = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  const { key, target } = event;
  if (key === "Escape") {
    if (typing(target)) {
      event.preventDefault(); // a browser would empty the search
      list.rows.focus({ preventScroll: true });
    } else if (view.open) close();
    return;
  }
  if (key === "Enter" && (target === list.rows || target === document.body)) {
    open(list.current);
    detail.focus({ preventScroll: true });
  } else if (target === list.rows && LIST_KEYS[key]) LIST_KEYS[key]();
  else if (!typing(target) && KEYS[key]) KEYS[key]();
  else return;
  event.preventDefault();
};

const DETAIL_ACTIONS = {
  previous: () => go(list.current - 1),
  next: () => go(list.current + 1),
  plain: togglePlain,
  close,
};

const onRowClick = (event) => {
  const row = event.target.closest(".row");
  if (!row || String(getSelection())) return; // somebody is copying text
  const index = Number(row.dataset.index);
  if (view.open === list.segments[index].id) close();
  else open(index);
};

const listen = () => {
  let waiting;
  byId("toolbar").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, event.target.id === "query" ? 120 : 0);
  });
  byId("toolbar").addEventListener("submit", (event) => {
    event.preventDefault();
    list.rows.focus({ preventScroll: true });
  });
  byId("toolbar").addEventListener("reset", (event) => {
    event.preventDefault();
    change({ ...viewOf(""), open: view.open, plain: view.plain });
    apply();
  });
  byId("more").addEventListener("click", () => {
    const shown = byId("filters").classList.toggle("shown");
    byId("more").setAttribute("aria-expanded", shown);
  });
  byId("rows").addEventListener("click", onRowClick);
  detail.addEventListener("click", (event) => DETAIL_ACTIONS[event.target.closest("[data-do]")?.dataset.do]?.());
  byId("theme").addEventListener("click", nextTheme);
  byId("help-open").addEventListener("click", KEYS["?"]);
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address belongs to the view
    list.rows.focus();
  });
  document.addEventListener("keydown", onKey);
  window.addEventListener("scroll", () => list.draw(), { passive: true });
  window.addEventListener("hashchange", () => {
    view = viewOf(location.hash);
    apply();
    byId("segments").scrollIntoView();
  });
  window.addEventListener("beforeprint", () => {
    const printed = list.print();
    const rest = list.segments.length - printed;
    byId("nothing").hidden = rest === 0 && printed > 0;
    if (rest) byId("nothing").textContent = `${counted(rest, "more segment")} not printed.`;
  });
  window.addEventListener("afterprint", apply);
  const resized = new ResizeObserver(() => {
    document.documentElement.style.setProperty("--sticky", `${stickyLine()}px`);
    list.measure();
    placeDetail();
  });
  for (const node of [workspace, detail, byId("toolbar")]) resized.observe(node);
};

showTheme(THEMES.find((theme) => theme === stored()) ?? "auto");
drawFacts(run);
drawShares(run.summary);
drawReasons(segments);
drawNotices(run.notices);
drawEngines(run);
drawControls(segments, run);
listen();
apply();
if (location.hash.length > 1) byId("segments").scrollIntoView();
if (view.open) list.reveal(stickyLine(), { toTop: true });
