"""`wsed tune`: chooses the post-processing of a trained system on strong labels."""

import argparse
from pathlib import Path

from wsed.commands.parser import Parser, add_allow, exit_code
from wsed.errors import UserError
from wsed.imports import quick_imports

HELP = """Chooses thresholds and post-processing of a trained system on recordings with strong labels.

  wsed tune RUN data=tables data.root=OWN data.parts.train=[] --output TUNED.ckpt
  wsed detect TUNED.ckpt recordings/

The test split of the data is used; without data=CHOICE it is that of the run. GROUP=CHOICE and KEY=VALUE are overrides
as in `wsed evaluate`; postprocessing.median=[0.2,0.4] changes the candidates for the filter. TUNED.ckpt is the same
system with the chosen values; TUNED.tsv and TUNED.svg have precision and recall of each class at every threshold.

The scores that are printed are those on the data that the values were chosen on, so they are too good. Keep some
recordings apart, and score these with `wsed evaluate`."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed tune", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model", type=Path, metavar="MODEL", help="folder of a run, or a .ckpt file")
    options.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="changes of the config; see above")
    options.add_argument("--output", type=Path, required=True, metavar="TUNED.ckpt", help="checkpoint to write")
    add_allow(options)
    return options


def main(words: list[str]) -> int:
    """Tunes; returns the exit code."""
    return exit_code(lambda: tune(parser().parse_intermixed_args(words)))


def tune(options: argparse.Namespace) -> None:
    """Tunes, prints the scores before and after, and writes the files.

    Raises:
        UserError: the model, the data or an option cannot be used.
    """
    output: Path = options.output
    if output.suffix != ".ckpt":
        raise UserError(f"--output {output}: must end with .ckpt")
    if output.exists():
        raise UserError(f"{output}: exists; choose another --output or remove it")
    if not output.parent.is_dir():
        raise UserError(f"{output.parent}: is no folder; make it, or give --output another path")
    from wsed.atomic import atomic_write, write_text

    with quick_imports():
        from wsed.inference.tuning import tune as tuned
        from wsed.reports.figures.curves import precision_recall_figure
        from wsed.reports.figures.style import svg

    tuning = tuned(options.model, options.overrides, options.allow)
    curves = tuning.curves()
    write_text(output.with_suffix(".tsv"), curves.to_csv(sep="\t", index=False))
    with atomic_write(output.with_suffix(".svg")) as partial:
        partial.write_bytes(svg(precision_recall_figure(curves)))
    tuning.save(output)
    after = tuning.f1(tuning.after)
    before = {} if tuning.before is None else tuning.f1(tuning.before)
    print("event-based F1 on the data that the values were chosen on")
    for label, value in after.items():
        print(f"  {label}: {f'{before[label]:.3f} -> ' if label in before else ''}{value:.3f}")
    print(f"{output}: has the chosen values; {output.with_suffix('.svg').name} shows precision and recall")
