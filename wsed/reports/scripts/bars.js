// Bars by class of any metric: the mean of the runs of each colour, or of all.

const barsPart = document.getElementById("bars");

function drawBars() {
  const metric = data.byClass[Number(document.getElementById("bars-metric").value)];
  const runs = visibleRuns().filter((run) => metric.values[run]);
  const colour = colouring();
  const tints = chosen.colour ? levels(chosen.colour) : [null];
  const sets = tints
    .map((tint) => ({
      name: tint ?? "all runs",
      runs: tint === null ? runs : runs.filter((run) => data.settings[chosen.colour][run] === tint),
    }))
    .filter((set) => set.runs.length > 0);
  const bars = data.classes.map((_, place) =>
    sets.map((set) => set.runs.map((run) => metric.values[run][place]).filter((value) => value !== null)),
  );
  const all = bars.flat(2);
  const note = barsPart.querySelector(".note");
  const what = { "1": "Higher is better", "-1": "Lower is better", "0": "Neither end is better" }[metric.better];
  note.textContent = `${what}${metric.unit ? `, in ${metric.unit}` : ""}. A bar is the mean of runs, its line from the least to the most.`;
  const reach = spread(all);
  const span = [Math.min(0, reach[0]), Math.max(0, reach[1])];
  const [left, top, bottom, height] = [48, 8, 28, 240];
  const thick = Math.max(5, Math.min(26, Math.floor(900 / (bars.length * (sets.length + 1)))));
  const wide = Math.max(thick * sets.length + 14, 74);
  const width = left + wide * bars.length + 8;
  const y = scale(span, [height - bottom, top]);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${metric.title} by class` });
  drawing.append(...valueAxis(y, ticks(...span, 5), left, width - 8));
  bars.forEach((ofClass, place) => {
    const middle = left + wide * (place + 0.5);
    const label = svg("text", { x: middle, y: height - 8, "text-anchor": "middle" }, shorten(data.classes[place], Math.floor(wide / 6.5)));
    label.append(svg("title", {}, data.classes[place]));
    drawing.append(label);
    ofClass.forEach((values, number) => {
      if (values.length === 0) return;
      const x = middle + thick * (number - ofClass.length / 2);
      const [at, zero] = [y(mean(values)), y(0)];
      const bar = { x: x + 1, width: thick - 2, y: Math.min(at, zero), height: Math.max(1, Math.abs(at - zero)), fill: colour(sets[number].runs[0]) };
      const [least, most] = ends(values).map(y);
      const text = `${data.classes[place]}, ${sets[number].name}\n${metric.title} ${numberText(mean(values), metric)} (${values.length === 1 ? "1 run" : `${values.length} runs`})`;
      const group = svg("g", { class: "bar" }, svg("rect", bar));
      if (values.length > 1) {
        group.append(svg("path", { d: `M${x + thick / 2} ${least}V${most}`, stroke: "currentColor" }));
      }
      group.addEventListener("pointermove", (event) => showTip(event, text));
      group.addEventListener("pointerleave", hideTip);
      drawing.append(group);
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
