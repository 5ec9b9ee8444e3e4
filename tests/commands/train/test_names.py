"""The same run has the same folder, however it is written and launched, and its name says what was swept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.__main__ import main
from wsed.config.compose import hydra_initialized
from wsed.sweeps.names import run_name
from wsed.sweeps.plan import plan_run, plan_sweep_run
from wsed.sweeps.state import run_states

Train = Callable[..., tuple[int, str, str]]


def test_the_order_of_words_and_how_a_run_is_executed_do_not_matter() -> None:
    words = ["pooling=gap", "seed=2", "optimizer.lr=0.01"]
    same = [
        words,
        words[::-1],
        [*words, "runtime.devices=2", "runtime=ddp"],
        [*words, "runtime.progress_bar=false", "runtime.num_workers=4", "runtime.cache=null"],
        [*words, "logger=csv", "force=true", "resume=never"],
        [*words, "launcher=joblib"],
        ["seed=1", *words],
    ]
    with hydra_initialized():
        plans = [plan_run(each) for each in same]
        others = [plan_run([*words, word]) for word in ("seed=3", "precision=32-true", "data.seed=1", "keep_every=1")]
    assert len({plan.path for plan in plans}) == 1
    assert plans[0].path.parent == Path("outputs/train")
    assert plans[0].path.name == f"optimizer.lr=0.01,pooling=gap,seed=2-{plans[0].identity}"
    assert len({plans[0].identity, *(plan.identity for plan in others)}) == 5


def test_a_run_alone_is_found_in_the_folder_of_its_sweep(train: Train, capsys: pytest.CaptureFixture[str]) -> None:
    assert train("-m", "seed=1,2")[0] == 0
    names = list(run_states(Path("outputs/train")))
    assert all(name.startswith(f"seed={seed},") for seed, name in enumerate(names, 1))
    capsys.readouterr()
    code, out, _ = train("seed=2")
    assert code == 0
    assert f"outputs/train/{names[1]}: is done already" in out
    assert sorted(path.name for path in Path("outputs/train").iterdir() if path.is_dir()) == sorted(names)


def test_what_is_swept_stays_in_long_names() -> None:
    fixed = [f"data.soundbank.threshold=-{number}.0" for number in range(9)]
    swept = ["loss.terms.segment.k", "pooling"]
    with hydra_initialized():
        runs = [
            ["data=generated", "loss=mtl", f"pooling={name}", f"loss.terms.segment.k={k}"]
            for name in ("gmp", "gap")
            for k in (2, 3)
        ]
        plans = [plan_sweep_run(run, swept) for run in runs]
    assert len({plan.path.name.rsplit("-", 1)[0] for plan in plans}) == 4
    long = run_name(Path("nowhere"), [*fixed, "pooling=gap", "model.own.part=3"], swept, "abcd1234")
    assert long.startswith("pooling=gap,")
    assert len(long) <= 80 + len("-abcd1234")


@settings(max_examples=50)
@given(words=st.permutations(["seed=2", "pooling=gap", "+a.b=[1,2]", "c={x: 'y z'}"]))
def test_names_are_safe_and_do_not_depend_on_the_order(words: list[str]) -> None:
    assert run_name(Path("nowhere"), words, ["seed"], "abcd1234") == "seed=2,a.b=1,2,c=x_y_z,pooling=gap-abcd1234"


def test_the_composed_config_of_a_sweep_is_that_of_its_first_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "-m", "--cfg", "job", "seed=5,6", "pooling=gap,gmp"]) == 0
    shown = capsys.readouterr().out
    assert "\nseed: 5\n" in shown
    assert "wsed.pooling.gap.GlobalAveragePooling" in shown
    assert main(["train", "--cfg", "job", "--resolve", "sweep=jsc_pooling", "name=other"]) == 0
    assert "group: other" in capsys.readouterr().out
