// The page comes alive: rows read once, the view followed, decisions kept and told.

showTheme(THEMES.find((theme) => theme === stored()) ?? "auto");
const run = plainBlock("run");
const about = plainBlock("page");
const details = new Details();
const rows = await unpackRows();
let page;
let exchange;

const tell = (problem) => {
  decisions.problem = problem;
  showDecisions(decisions, rows);
};

const changed = (id) => {
  if (about.served && id !== undefined) {
    exchange.send(id, decisions.get(id)).catch((error) => tell(`Not saved: ${error.message}. Export your decisions.`));
  }
  return page.decided(id);
};

const decisions = new Decisions(about.fingerprint, changed);
exchange = new Exchange(about, details, rows);
page = new Page(run, rows, details, new SegmentList(byId("rows"), (id) => decisions.get(id)), decisions);

const onImport = async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  try {
    const { pairs, left } = await exchange.read(file);
    decisions.merge(pairs);
    if (about.served) for (const [id, kept] of pairs) await exchange.send(id, kept);
    tell(left ? `${counted(left, "decision")} in ${file.name} are about other texts than this run has, and were left out.` : "");
  } catch (error) {
    tell(`${file.name} cannot be read: ${error.message}`);
  }
};

byId("export").addEventListener("click", () => exchange.download(decisions));
byId("import").addEventListener("change", onImport);
drawFacts(run);
drawShares(run.summary);
drawReasons(rows);
drawNotices(run.notices);
drawStrata(rows, run);
drawCalibration(run.calibration);
drawCards(run);
drawControls(rows, run);
listen(page);
if (about.served) {
  try {
    const { pairs } = await exchange.fetch();
    const saved = new Map(pairs);
    const unsaved = [...decisions.kept].filter(([id, kept]) => !(saved.get(id)?.at >= kept.at)); // the page was left too soon
    decisions.merge([...pairs, ...unsaved]);
    for (const [id, kept] of unsaved) await exchange.send(id, kept);
  } catch (error) {
    tell(`The server cannot be reached: ${error.message}`);
  }
}
showDecisions(decisions, rows);
await page.apply();
if (location.hash.length > 1) byId("segments").scrollIntoView();
if (page.view.open) page.list.reveal(page.stickyLine, { toTop: true });
document.documentElement.dataset.ready = "";
