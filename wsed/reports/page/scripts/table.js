// The table of all runs: sorted by a click on a header, filtered, single runs or means over seeds, any column.
//
// Means, intervals and the best of a column are computed here again, though Python computes them for the files: the filter
// may hide some seeds of a group, and any score can be a column, so Python cannot know in advance what is shown.

const table = document.getElementById("overall");
const metricOf = new Map(data.metrics.map((metric) => [metric.key, metric]));
const columns = {
  settings: new Set(),
  metrics: new Set(data.metrics.filter((metric) => metric.shown).map((metric) => metric.key)),
};
const order = { column: null, descending: false };

/** A row for each visible run, or for each group of runs that differ in the seed alone. */
function tableRows() {
  if (!chosen.means) return visibleRuns().map((run) => ({ label: data.runs[run].label, runs: [run] }));
  return data.groups
    .map((group) => ({ label: group.label, runs: group.runs.filter(isVisible) }))
    .filter((row) => row.runs.length > 0);
}

/** The mean of a row, and its text with half the confidence interval if there are several values. */
function cell(row, metric) {
  const values = row.runs.map((run) => metric.values[run]).filter((value) => value !== null);
  if (values.length === 0) return { value: null, text: "–" };
  const value = mean(values);
  let text = numberText(value, metric);
  if (values.length > 1) {
    const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / (values.length - 1);
    const half = data.quantiles[values.length] * Math.sqrt(variance / values.length);
    text += ` ± ${digits(half, metric)}`;
  }
  return { value, mean: numberText(value, metric), text };
}

function settingOf(row, setting) {
  const values = new Set(row.runs.map((run) => data.settings[setting][run] ?? "–"));
  return values.size === 1 ? [...values][0] : "several";
}

function shownColumns() {
  const settings = Object.keys(data.settings).filter((name) => columns.settings.has(name));
  return { settings, metrics: data.metrics.filter((metric) => columns.metrics.has(metric.key)) };
}

function compareRows(a, b) {
  const column = order.column;
  const sign = order.descending ? -1 : 1;
  if (column === "run") return sign * collator.compare(a.label, b.label);
  if (column.startsWith("setting:")) {
    const name = column.slice("setting:".length);
    const [one, other] = [settingOf(a, name), settingOf(b, name)];
    return sign * (isNumeric(name) ? Number(one) - Number(other) || collator.compare(one, other) : collator.compare(one, other));
  }
  const metric = metricOf.get(column.slice("metric:".length));
  const [one, other] = [cell(a, metric).value, cell(b, metric).value];
  // Rows without a value come last in both directions.
  if (one === null || other === null) return (one === null) - (other === null);
  return sign * (one - other);
}

/** Reverses the order if the table is sorted by this column already, else puts the best on top. */
function sortBy(column) {
  if (order.column === column) {
    order.descending = !order.descending;
  } else {
    order.column = column;
    order.descending = column.startsWith("metric:") && metricOf.get(column.slice("metric:".length)).better > 0;
  }
  drawTable();
  table.querySelector(`[data-column="${CSS.escape(column)}"]`).focus();
}

function header(column, title) {
  const button = make("button", { type: "button", "data-column": column }, title);
  button.addEventListener("click", () => sortBy(column));
  const sorted = order.column === column ? (order.descending ? "descending" : "ascending") : "none";
  return make("th", { scope: "col", "aria-sort": sorted }, button);
}

function metricTitle(metric) {
  const arrow = { "1": " ↑", "-1": " ↓", "0": "" }[metric.better];
  return `${metric.title}${arrow}${metric.unit ? `\n(${metric.unit})` : ""}`;
}

/** The mixture and the ideal masks, which do not count as runs and stay on top. */
function referenceRows(shown) {
  const rows = [];
  for (const [name, label] of Object.entries(data.references)) {
    const texts = shown.metrics.map((metric) => {
      const parts = metric.key.split("/");
      const own = parts[0] === "separation" && parts.length === 2 && metricOf.get(`separation/${name}/${parts[1]}`);
      const value = own ? own.values.find((one) => one !== null) : undefined;
      return value === undefined ? "–" : numberText(value, own);
    });
    if (texts.every((text) => text === "–")) continue;
    const cells = [...shown.settings.map(() => "–"), ...texts].map((text) => make("td", {}, text));
    rows.push(make("tr", { class: "reference" }, make("th", { scope: "row" }, label), ...cells));
  }
  return rows;
}

function drawTable() {
  const shown = shownColumns();
  table.tHead.replaceChildren(
    make(
      "tr",
      {},
      header("run", "Run"),
      ...shown.settings.map((name) => header(`setting:${name}`, name)),
      ...shown.metrics.map((metric) => header(`metric:${metric.key}`, metricTitle(metric))),
    ),
  );
  const rows = tableRows();
  if (order.column) rows.sort(compareRows);
  const cells = shown.metrics.map((metric) => rows.map((row) => cell(row, metric)));
  const best = shown.metrics.map((metric, place) => {
    const rivals = cells[place].filter((one) => one.value !== null);
    if (rivals.length < 2 || metric.better === 0) return null;
    // Values that look the same when formatted are all marked.
    return rivals.reduce((top, one) => (metric.better * (one.value - top.value) > 0 ? one : top)).mean;
  });
  const body = rows.map((row, number) => {
    const name = make("button", { type: "button", "aria-pressed": "false", title: "Mark everywhere" }, row.label);
    const line = make("tr", { "data-run": row.runs.join(" ") }, make("th", { scope: "row" }, name));
    for (const setting of shown.settings) line.append(make("td", {}, settingOf(row, setting)));
    shown.metrics.forEach((_, place) => {
      const one = cells[place][number];
      const isBest = one.value !== null && one.mean === best[place];
      line.append(make("td", {}, isBest ? make("strong", {}, one.text) : one.text));
    });
    return line;
  });
  table.tBodies[0].replaceChildren(...referenceRows(shown), ...body);
  showMarks(table);
}

function columnChoice(set, key, title) {
  const box = make("input", { type: "checkbox" });
  box.checked = set.has(key);
  box.addEventListener("change", () => {
    if (box.checked) set.add(key);
    else set.delete(key);
    redraw();
  });
  return make("label", {}, box, ` ${title}`);
}

/** A checkbox for every differing setting and every metric, grouped by the first part of the name. */
function fillColumns() {
  const fields = new Map();
  const add = (group, choice) => {
    if (!fields.has(group)) fields.set(group, make("fieldset", {}, make("legend", {}, group)));
    fields.get(group).append(choice);
  };
  for (const name of Object.keys(data.settings)) add("settings", columnChoice(columns.settings, name, name));
  for (const metric of data.metrics) {
    const [group, ...rest] = metric.key.split("/");
    const name = metric.title === metric.key ? rest.join("/") || group : metric.title;
    add(rest.length ? group : "cost", columnChoice(columns.metrics, metric.key, name));
  }
  document.querySelector("#columns > div").replaceChildren(...fields.values());
}

document.getElementById("means-choice").hidden = !data.groups.some((group) => group.runs.length > 1);
document.getElementById("means").addEventListener("change", (event) => {
  chosen.means = event.target.checked;
  redraw();
});
fillColumns();
view(document.getElementById("results"), drawTable);
