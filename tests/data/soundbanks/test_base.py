"""Splits never share an original recording, and say what they lack."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.data.soundbanks.base import Recording, Soundbank, assign_folds, check_splits
from wsed.errors import UserError


def recording(name: str, label: str = "bell", fold: int = 1, group: str | None = None) -> Recording:
    return Recording(name, label, fold, group or name, torch.ones(8))


def bank(*events: Recording, backgrounds: tuple[Recording, ...] = ()) -> Soundbank:
    return Soundbank(8000, ("bell", "bark"), events, backgrounds)


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=40),
    takes=st.integers(1, 3),
    folds=st.integers(2, 5),
)
def test_takes_of_one_original_land_in_one_split(names: list[str], takes: int, folds: int) -> None:
    fold = assign_folds(names, folds)
    events = [
        recording(f"{name}-{take}-{place}", fold=fold[name], group=name)
        for place, name in enumerate(names)
        for take in range(takes)
    ]
    splits = {"train": list(range(1, folds)), "test": [folds]}
    check_splits(bank(*events), splits)
    homes = {split: {event.group for event in events if event.fold in splits[split]} for split in splits}
    assert not homes["train"] & homes["test"]
    sizes = [list(fold.values()).count(number) for number in range(1, folds + 1)]
    assert max(sizes) - min(sizes) <= 1
    assert assign_folds(reversed(names), folds) == fold


def test_a_leak_is_refused() -> None:
    leaking = bank(recording("a-1", fold=1, group="a"), recording("a-2", fold=2, group="a"))
    with pytest.raises(UserError, match="a-2: takes of a are in both train and test"):
        check_splits(leaking, {"train": [1], "test": [2]})


def test_a_fold_in_two_splits_is_refused() -> None:
    with pytest.raises(UserError, match="are in both train and test"):
        check_splits(bank(recording("a")), {"train": [1], "test": [1]})


def test_a_split_says_what_it_lacks() -> None:
    street = recording("street", "street", 1)
    both = bank(recording("a"), recording("b", "bark", 2), backgrounds=(street,))
    with pytest.raises(UserError, match=r"class bark has no recordings in the train split \(folds \[1\]\)"):
        both.split("train", [1])
    with pytest.raises(UserError, match="there is no background in the train split"):
        bank(recording("a"), recording("b", "bark")).split("train", [1])
    with pytest.raises(UserError, match=r"data.folds.test: fold 7 does not exist; this soundbank has folds \[1, 2\]"):
        both.split("test", [7])
    assert [event.id for event in both.split("all", [1, 2]).events] == ["a", "b"]


def test_recordings_that_cannot_be_used() -> None:
    with pytest.raises(UserError, match="a: is silent"):
        Recording("a", "bell", 1, "a", torch.zeros(8))
    with pytest.raises(UserError, match="a: has samples that are not finite"):
        Recording("a", "bell", 1, "a", torch.tensor([0.0, float("nan")]))


def test_a_class_cannot_be_called_background() -> None:
    with pytest.raises(UserError, match="rename it"):
        Soundbank(8000, ("background",), (), ())
