// Training curves, on a canvas since there may be a thousand of them.

const curvesSection = document.getElementById("curves");
const curveRoom = { left: 52, right: 8, top: 8, bottom: 30 };

/** One panel: a select for the curve, a canvas with all lines, and one above it with the marked and the pointed line. */
class CurvePanel {
  constructor(name) {
    this.select = make("select", { "aria-label": "Curve" });
    fillSelect(this.select, Object.keys(data.curves.values).map((one) => [one, one]), name);
    this.select.addEventListener("change", () => this.draw());
    this.lines = make("canvas", { role: "img" });
    this.above = make("canvas", { "aria-hidden": "true" });
    this.box = make("div", { class: "canvas" }, this.lines, this.above);
    this.figure = make("figure", {}, make("figcaption", {}, this.select), this.box);
    this.pointed = null;
    this.above.addEventListener("pointermove", (event) => this.point(event));
    this.above.addEventListener("pointerleave", () => this.leave());
    this.above.addEventListener("click", () => this.pointed !== null && toggleMarks([this.pointed]));
    document.addEventListener("marks", () => this.x && this.drawAbove());
  }

  draw() {
    this.curves = data.curves.values[this.select.value];
    this.runs = visibleRuns().filter((run) => this.curves[run]);
    this.setScales();
    this.lines.setAttribute("aria-label", `${this.select.value} by epoch of ${this.runs.length} runs`);
    const pen = this.pen(this.lines);
    this.drawAxes(pen);
    const colour = colouring();
    pen.lineWidth = this.runs.length > 50 ? 0.7 : 1.3;
    pen.globalAlpha = Math.max(0.2, Math.min(0.9, 12 / Math.sqrt(this.runs.length * 10)));
    for (const run of this.runs) this.stroke(pen, run, colour(run));
    this.drawAbove();
  }

  /** Scales that fit the visible runs, and the marks of both axes. */
  setScales() {
    const { left, right, top, bottom } = curveRoom;
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    const positive = document.getElementById("curves-log").checked;
    const values = this.runs.flatMap((run) => this.curves[run].slice(1)).filter((value) => !positive || value > 0);
    const logarithmic = positive && values.length > 0;
    const epochs = this.runs.flatMap((run) => this.epochs(run));
    const first = epochs.reduce((a, b) => Math.min(a, b), Infinity);
    const last = Math.max(epochs.reduce((a, b) => Math.max(a, b), 0), first + 1);
    const whole = spread(values);
    const span = logarithmic ? [values.reduce((a, b) => Math.min(a, b), Infinity) * 0.9, whole[1]] : whole;
    this.least = span[0];
    this.x = scale([first, last], [left, width - right]);
    this.y = scale(span, [height - bottom, top], logarithmic);
    this.valueTicks = logarithmic ? logTicks(...span) : ticks(...span, 4);
    this.epochTicks = epochs.length ? ticks(first, last, 6).filter(Number.isInteger) : [];
  }

  drawAxes(pen) {
    const { left, right, bottom } = curveRoom;
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    const style = getComputedStyle(document.documentElement);
    pen.font = "11px system-ui, sans-serif";
    pen.fillStyle = style.getPropertyValue("--soft");
    pen.strokeStyle = style.getPropertyValue("--line");
    pen.textAlign = "end";
    for (const value of this.valueTicks) {
      pen.fillText(tickText(value), left - 6, this.y(value) + 4);
      pen.beginPath();
      pen.moveTo(left, this.y(value));
      pen.lineTo(width - right, this.y(value));
      pen.stroke();
    }
    pen.textAlign = "center";
    for (const value of this.epochTicks) pen.fillText(String(value), this.x(value), height - bottom + 14);
    pen.fillText("epoch", (left + width - right) / 2, height - 3);
  }

  epochs(run) {
    return data.curves.epochs[this.curves[run][0]];
  }

  /** An empty canvas to draw on, as large as the panel. */
  pen(canvas) {
    canvas.width = this.box.clientWidth * devicePixelRatio;
    canvas.height = this.box.clientHeight * devicePixelRatio;
    const pen = canvas.getContext("2d");
    pen.scale(devicePixelRatio, devicePixelRatio);
    return pen;
  }

  stroke(pen, run, colour) {
    const epochs = this.epochs(run);
    const curve = this.curves[run];
    const y = (value) => this.y(Math.max(value, this.least));
    pen.strokeStyle = pen.fillStyle = colour;
    pen.beginPath();
    if (epochs.length === 1) {
      pen.arc(this.x(epochs[0]), y(curve[1]), 2.5, 0, 2 * Math.PI);
      pen.fill();
      return;
    }
    epochs.forEach((epoch, place) => pen.lineTo(this.x(epoch), y(curve[place + 1])));
    pen.stroke();
  }

  drawAbove() {
    const pen = this.pen(this.above);
    const colour = colouring();
    pen.lineWidth = 2.6;
    for (const run of this.runs) {
      if (chosen.marked.has(run) || run === this.pointed) this.stroke(pen, run, colour(run));
    }
  }

  /** Shows the run whose line is vertically nearest to the pointer, within a few pixels. */
  point(event) {
    const box = this.above.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let [nearest, found] = [14, null];
    for (const run of this.runs) {
      const at = this.heightAt(run, x);
      if (at !== null && Math.abs(at - y) < nearest) [nearest, found] = [Math.abs(at - y), run];
    }
    if (found !== this.pointed) {
      this.pointed = found;
      this.drawAbove();
    }
    if (found === null) hideTip();
    else showTip(event, data.runs[found].label);
  }

  heightAt(run, x) {
    const places = this.epochs(run).map((epoch) => this.x(epoch));
    const heights = this.curves[run].slice(1).map((value) => this.y(Math.max(value, this.least)));
    const after = places.findIndex((place) => place >= x);
    if (after < 0) return places[places.length - 1] > x - 8 ? heights[heights.length - 1] : null;
    if (after === 0) return places[0] < x + 8 ? heights[0] : null;
    const share = (x - places[after - 1]) / (places[after] - places[after - 1]);
    return heights[after - 1] + share * (heights[after] - heights[after - 1]);
  }

  leave() {
    this.pointed = null;
    this.drawAbove();
    hideTip();
  }
}

if (curvesSection) {
  const names = Object.keys(data.curves.values);
  const wanted = ["train/loss", "val/loss", "val/frame/map", "val/tagging/map"].filter((name) => names.includes(name));
  const panels = [...new Set([...wanted, ...names])].slice(0, Math.min(3, names.length)).map((name) => new CurvePanel(name));
  curvesSection.querySelector(".panels").replaceChildren(...panels.map((panel) => panel.figure));
  const draw = () => panels.forEach((panel) => panel.draw());
  document.getElementById("curves-log").addEventListener("change", draw);
  view(curvesSection, draw);
}
