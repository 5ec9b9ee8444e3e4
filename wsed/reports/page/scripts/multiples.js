// Small multiples: any metric against any setting that differs.

const multiples = document.getElementById("multiples");
const panelSize = { width: 340, height: 220, left: 48, right: 8, top: 8, bottom: 34 };
const ofTable = "the table's";

/** The horizontal position of each value of a setting, and the labels of the axis. */
function settingAxis(setting) {
  const values = levels(setting);
  const [from, to] = [panelSize.left, panelSize.width - panelSize.right];
  if (!isNumeric(setting) || values.length < 2) {
    const width = (to - from) / values.length;
    const position = (value) => from + (values.indexOf(value) + 0.5) * width;
    // A letter is about seven units wide; if the labels do not fit, some are left out.
    const every = Math.ceil(values.length / 24);
    const letters = Math.max(3, Math.floor((every * width) / 6.5));
    const labels = values.filter((_, place) => place % every === 0);
    return { position, width, labels: labels.map((value) => [position(value), shorten(value, letters)]) };
  }
  const numbers = values.map(Number);
  const [low, high] = [numbers[0], numbers[numbers.length - 1]];
  const logarithmic = low > 0 && high / low >= 10;
  const x = scale([low, high], [from + 16, to - 16], logarithmic);
  // The values themselves if their labels fit, else round numbers.
  const round = logarithmic ? logTicks(low, high) : ticks(low, high, 5);
  const labels = numbers.length <= 6 ? numbers : round.filter((_, place) => place % Math.ceil(round.length / 8) === 0);
  return { position: (value) => x(Number(value)), width: 0, labels: labels.map((value) => [x(value), tickText(value)]) };
}

/** One panel: a point for each run, and the means of each colour as a line, or as dashes between categories. */
function drawPanel(title, metric, runs, setting, span) {
  const { width, height, left, right, top, bottom } = panelSize;
  const axis = settingAxis(setting);
  const y = scale(span, [height - bottom, top]);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title} against ${setting}` });
  drawing.append(...valueAxis(y, ticks(...span, 4), left, width - right));
  for (const [x, text] of axis.labels) {
    drawing.append(svg("text", { x, y: height - bottom + 15, "text-anchor": "middle" }, text));
  }
  drawing.append(svg("text", { x: (left + width - right) / 2, y: height - 3, "text-anchor": "middle" }, setting));
  const known = runs.filter((run) => metric.values[run] !== null && data.settings[setting][run] !== null);
  const colour = colouring();
  const tints = chosen.colour ? levels(chosen.colour) : [null];
  // Categories have room for their colours side by side.
  const apart = axis.width && chosen.colour !== setting ? (axis.width * 0.7) / tints.length : 0;
  for (const [place, tint] of tints.entries()) {
    const own = tint === null ? known : known.filter((run) => data.settings[chosen.colour][run] === tint);
    const position = (value) => axis.position(value) + apart * (place - (tints.length - 1) / 2);
    if (own.length === 0) continue;
    const fill = colour(own[0]);
    drawing.append(...pointsOf(own, metric, setting, position, y, fill, runs.length > 300));
    drawing.append(meansOf(own, metric, setting, position, y, fill, axis.width, apart));
  }
  drawing.addEventListener("pointerover", (event) => {
    const run = event.target.dataset.run;
    if (run === undefined) hideTip();
    else showTip(event, `${data.runs[run].label}\n${metric.title} ${numberText(metric.values[run], metric)}`);
  });
  drawing.addEventListener("pointerleave", hideTip);
  return make("figure", {}, make("figcaption", {}, title), drawing);
}

function pointsOf(runs, metric, setting, position, y, fill, many) {
  const look = { r: many ? 2.2 : 3.6, fill, class: many ? "faint" : "" };
  return runs.map((run) => {
    const place = { cx: position(data.settings[setting][run]), cy: y(metric.values[run]) };
    return svg("circle", { "data-run": run, ...place, ...look });
  });
}

function meansOf(runs, metric, setting, position, y, stroke, width, apart) {
  const means = [];
  for (const value of levels(setting)) {
    const here = runs.filter((run) => data.settings[setting][run] === value);
    if (here.length) means.push([position(value), y(mean(here.map((run) => metric.values[run])))]);
  }
  const half = Math.max(3, (apart || width * 0.4) * 0.42);
  const path = width
    ? means.map(([x, at]) => `M${x - half} ${at}h${2 * half}`).join("")
    : `M${means.map((point) => point.join(" ")).join("L")}`;
  return svg("path", { class: "mean", d: path, stroke });
}

function drawMultiples() {
  const [metric, setting, panel] = ["y", "x", "panel"].map((name) => document.getElementById(`multiples-${name}`).value);
  const runs = visibleRuns();
  const several = metric === ofTable;
  document.getElementById("multiples-panel").disabled = several;
  const panels = [];
  const spanOf = (one, among) => spread(among.map((run) => one.values[run]).filter((value) => value !== null));
  if (several) {
    for (const one of shownColumns().metrics) {
      if (runs.some((run) => one.values[run] !== null)) {
        panels.push(drawPanel(metricTitle(one).replace("\n", " "), one, runs, setting, spanOf(one, runs)));
      }
    }
  } else {
    const one = metricOf.get(metric);
    const title = metricTitle(one).replace("\n", " ");
    const span = spanOf(one, runs);
    for (const value of panel ? levels(panel) : [null]) {
      const own = value === null ? runs : runs.filter((run) => data.settings[panel][run] === value);
      if (own.length) panels.push(drawPanel(value === null ? title : `${title}, ${panel}: ${value}`, one, own, setting, span));
    }
  }
  multiples.querySelector(".panels").replaceChildren(...panels);
}

/** Prefers numeric settings; the setting of the colour and the seed come last. */
function defaultAxis() {
  const rank = (name) => (name === "seed" ? 4 : 0) + (name === chosen.colour ? 2 : 0) + (isNumeric(name) ? 0 : 1);
  return Object.keys(data.settings).sort((a, b) => rank(a) - rank(b))[0];
}

if (multiples) {
  const settings = Object.keys(data.settings).map((name) => [name, name]);
  const metrics = data.metrics.filter((metric) => metric.values.some((value) => value !== null));
  fillSelect(
    document.getElementById("multiples-y"),
    [[ofTable, "all of the table"], ...metrics.map((metric) => [metric.key, metric.title])],
    ofTable,
  );
  fillSelect(document.getElementById("multiples-x"), settings, defaultAxis());
  fillSelect(document.getElementById("multiples-panel"), [["", "nothing"], ...settings], "");
  for (const select of multiples.querySelectorAll("select")) select.addEventListener("change", drawMultiples);
  view(multiples, drawMultiples);
}
