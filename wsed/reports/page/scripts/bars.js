// Bars by class for any metric: the mean over the runs of each colour, or over all runs.

const barsPart = document.getElementById("bars");

/** Sets of visible runs, one for each value of the setting that colours, or a single one. */
function barSets(metric) {
  const runs = visibleRuns().filter((run) => metric.values[run]);
  const tints = chosen.colour ? levels(chosen.colour) : [null];
  return tints
    .map((tint) => ({
      name: tint ?? "all runs",
      runs: tint === null ? runs : runs.filter((run) => data.settings[chosen.colour][run] === tint),
    }))
    .filter((set) => set.runs.length > 0);
}

/** One bar: a rectangle from zero to the mean, and a line from the smallest to the largest value. */
function drawBar(values, x, thick, y, colour, text) {
  const [at, zero] = [y(mean(values)), y(0)];
  const [top, height] = [Math.min(at, zero), Math.max(1, Math.abs(at - zero))];
  const group = svg("g", { class: "bar" }, svg("rect", { x: x + 1, width: thick - 2, y: top, height, fill: colour }));
  if (values.length > 1) {
    const [least, most] = ends(values).map(y);
    group.append(svg("path", { d: `M${x + thick / 2} ${least}V${most}`, stroke: "currentColor" }));
  }
  group.addEventListener("pointermove", (event) => showTip(event, text));
  group.addEventListener("pointerleave", hideTip);
  return group;
}

function barText(values, label, set, metric) {
  const count = values.length === 1 ? "1 run" : `${values.length} runs`;
  return `${label}, ${set.name}\n${metric.title} ${numberText(mean(values), metric)} (${count})`;
}

function showBarNote(metric) {
  const what = { "1": "Higher is better", "-1": "Lower is better", "0": "Neither direction is better" }[metric.better];
  const unit = metric.unit ? `, in ${metric.unit}` : "";
  const bar = "A bar is the mean over runs; its line reaches from the smallest to the largest value.";
  barsPart.querySelector(".note").textContent = `${what}${unit}. ${bar}`;
}

function drawBars() {
  const metric = data.byClass[Number(document.getElementById("bars-metric").value)];
  const sets = barSets(metric);
  const bars = data.classes.map((_, place) =>
    sets.map((set) => set.runs.map((run) => metric.values[run][place]).filter((value) => value !== null)),
  );
  showBarNote(metric);
  const reach = spread(bars.flat(2));
  const span = [Math.min(0, reach[0]), Math.max(0, reach[1])];
  const [left, top, bottom, height] = [48, 8, 28, 240];
  const thick = Math.max(5, Math.min(26, Math.floor(900 / (bars.length * (sets.length + 1)))));
  const wide = Math.max(thick * sets.length + 14, 74);
  const width = left + wide * bars.length + 8;
  const y = scale(span, [height - bottom, top]);
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  const drawing = svg("svg", { ...size, role: "img", "aria-label": `${metric.title} by class` });
  drawing.append(...valueAxis(y, ticks(...span, 5), left, width - 8));
  const colour = colouring();
  bars.forEach((ofClass, place) => {
    const middle = left + wide * (place + 0.5);
    const name = data.classes[place];
    const label = svg("text", { x: middle, y: height - 8, "text-anchor": "middle" }, shorten(name, Math.floor(wide / 6.5)));
    label.append(svg("title", {}, name));
    drawing.append(label);
    ofClass.forEach((values, number) => {
      if (values.length === 0) return;
      const x = middle + thick * (number - ofClass.length / 2);
      const set = sets[number];
      drawing.append(drawBar(values, x, thick, y, colour(set.runs[0]), barText(values, name, set, metric)));
    });
  });
  barsPart.querySelector(".scroll").replaceChildren(drawing);
}

function ends(values) {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

if (barsPart) {
  const titles = data.byClass.map((metric, place) => [String(place), metric.title]);
  fillSelect(document.getElementById("bars-metric"), titles, "0");
  document.getElementById("bars-metric").addEventListener("change", drawBars);
  view(barsPart, drawBars);
}
