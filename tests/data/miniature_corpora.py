"""Miniature copies of published corpora, in exactly their layout."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import yaml

RATE = 16000


def sound(path: Path, seconds: float = 1.0, rate: int = RATE, channels: int = 1) -> None:
    """Writes noise that depends on the file's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(list(path.name.encode()))
    soundfile.write(path, rng.normal(0, 0.1, (round(seconds * rate), channels)), rate)


def desed(root: Path) -> None:
    """Six weakly labelled clips, two of them short; three strongly labelled ones, one without an event."""
    weak, strong = root / "metadata" / "train", root / "metadata" / "validation"
    weak.mkdir(parents=True)
    strong.mkdir(parents=True)
    labels = ["Alarm_bell_ringing,Speech", "Dog", "Cat", "Dishes,Frying", "Speech", "Blender"]
    names = [f"Y{number}_30.000_40.000.wav" for number in range(6)]
    rows = [f"{name}\t{words}" for name, words in zip(names, labels, strict=True)]
    (weak / "weak.tsv").write_text("\n".join(["filename\tevent_labels", *rows]) + "\n")
    (weak / "unlabel_in_domain.tsv").write_text("filename\nu1.wav\nu2.wav\n")
    events = ["a.wav\t0.100\t0.500\tDog", "a.wav\t0.400\t1.000\tSpeech", "b.wav\t\t\t", "c.wav\t0.000\t0.700\tCat"]
    (strong / "validation.tsv").write_text("\n".join(["filename\tonset\toffset\tevent_label", *events]) + "\n")
    for number, name in enumerate(names):
        sound(root / "audio" / "train" / "weak" / name, 0.6 if number < 2 else 1.0, 44100, 2)
    for name in ("a", "b", "c"):
        sound(root / "audio" / "validation" / "validation" / f"{name}.wav")


def dcase2017_task4(root: Path) -> None:
    """Six clips for training, two for testing; lists and folders as the organisers publish them."""
    root.mkdir(parents=True, exist_ok=True)
    training = [
        "-09rxiqNNEs,30.000,40.000,Civil defense siren,/m/0dgbq",
        '-0Eem_FuIto,15.000,25.000,"Fire engine, fire truck (siren)",/m/012ndj',
        '0_HnD-rW3lI,170.000,180.000,"Train horn,Train","/m/0284vy3,/m/07jdr"',
        '-8baTnilyjs,30.000,40.000,"Air horn, truck horn",/m/05x_td',
        "--330hg-Ocw,30.000,40.000,Car,/m/0k4j",
        '---lTs1dxhU,0.000,1.000,"Car,Car passing by","/m/0k4j,/t/dd00134"',
    ]
    (root / "training_set.csv").write_text("\n".join(training) + "\n")
    (root / "testing_set.csv").write_text(
        '-5QrBL6MzLg,60.000,70.000,"Train horn,Train","/m/0284vy3,/m/07jdr"\n'
        "-x70B12Mb-8,30.000,40.000,Reversing beeps,/m/02rhddq\n"
    )
    strong = ["-5QrBL6MzLg_60.000_70.000.wav\t0.1\t0.5\tTrain horn", "-5QrBL6MzLg_60.000_70.000.wav\t0\t1\tTrain"]
    strong.append("-x70B12Mb-8_30.000_40.000.wav\t0\t0\tReversing beeps")
    release = root / "groundtruth_release"
    release.mkdir()
    (release / "groundtruth_strong_label_testing_set.csv").write_text("\n".join(strong) + "\n")
    folder = root / "unbalanced_train_segments_training_set_audio_formatted_and_segmented_downloads"
    for line in training:
        name, start, end = line.split(",")[:3]
        sound(folder / f"Y{name}_{start}_{end}.wav", 1.0, 44100)
    for name in ("-5QrBL6MzLg_60.000_70.000", "-x70B12Mb-8_30.000_40.000"):
        sound(root / "testing" / f"{name}.wav")


def tables(root: Path) -> None:
    """Weak labels for training and strong ones for testing."""
    (root / "audio").mkdir(parents=True)
    (root / "train.tsv").write_text(
        "filename\tevent_labels\n" + "".join(f"t{n}.wav\t{'ab'[n % 2]}\n" for n in range(6))
    )
    (root / "test.tsv").write_text("filename,onset,offset,event_label\ne.wav,0.1,0.4,a\ne.wav,0.2,0.9,b\nf.wav,,,\n")
    for name in (*(f"t{n}" for n in range(6)), "e", "f"):
        sound(root / "audio" / f"{name}.wav")


def esc50(root: Path) -> None:
    """Two classes and one scene, two takes of an original in each of five folds."""
    (root / "meta").mkdir(parents=True)
    rows = []
    for target, category in enumerate(["dog", "rooster", "rain"]):
        for fold in range(1, 6):
            for take in "AB":
                name = f"{fold}-{100 * target + fold}-{take}-{target}.wav"
                rows.append(f"{name},{fold},{target},{category},True,{100 * target + fold},{take}")
                sound(root / "audio" / name, 0.5, 44100)
    header = "filename,fold,target,category,esc10,src_file,take"
    (root / "meta" / "esc50.csv").write_text("\n".join([header, *rows]) + "\n")


def urbansound8k(root: Path) -> None:
    """Two classes and one scene, two slices of a recording in each of ten folds."""
    (root / "metadata").mkdir(parents=True)
    rows = []
    for number, name in enumerate(["car_horn", "siren", "street_music"]):
        for fold in range(1, 11):
            for part in range(2):
                upload = 1000 * number + fold
                file = f"{upload}-{number}-0-{part}.wav"
                rows.append(f"{file},{upload},0.0,0.5,1,{fold},{number},{name}")
                sound(root / "audio" / f"fold{fold}" / file, 0.5, 44100, 2)
    header = "slice_file_name,fsID,start,end,salience,fold,classID,class"
    (root / "metadata" / "UrbanSound8K.csv").write_text("\n".join([header, *rows]) + "\n")


def rare_events(root: Path) -> None:
    """Two recordings of each class in each part, with two segments each; two places of two backgrounds in each part."""
    setup = root / "cv_setup"
    setup.mkdir(parents=True)
    for fold, part in enumerate(["devtrain", "devtest"]):
        events = {}
        for place, label in enumerate(["babycry", "glassbreak", "gunshot"]):
            events[label] = []
            for number in range(2):
                name = f"{10000 + 100 * fold + 10 * place + number}.wav"
                sound(root / "events" / label / name, 2.0, 48000)
                for segment in ([0.1, 0.5], [0.9, 1.7]):
                    events[label].append(
                        {"audio_filename": name, "segment": segment, "audio_filepath": f"{label}/{name}"}
                    )
        (setup / f"events_{part}.yaml").write_text(yaml.safe_dump(events))
        backgrounds = []
        for number in range(2):
            for start in (0, 30):
                name = f"a{10 * fold + number:03d}_{start}_{start + 30}.wav"
                sound(root / "bgs" / "audio" / name, 2.0, 44100, 2)
                backgrounds.append({"filepath": f"audio/{name}", "classname": "bus"})
        (setup / f"bgs_{part}.yaml").write_text(yaml.safe_dump(backgrounds))


def tut_scenes_2017(root: Path) -> None:
    """Four places with two recordings each."""
    names = [f"audio/b{place:03d}_{start}_{start + 10}.wav" for place in range(4) for start in (0, 10)]
    for name in names:
        sound(root / name, 1.5, 44100, 2)
    rows = [f"{name}\tbeach\t{Path(name).name.split('_')[0]}" for name in names]
    (root / "meta.txt").write_text("\n".join(rows) + "\n")


def tut_scenes_2018(root: Path) -> None:
    """Eight places with two recordings each."""
    rows = []
    for place in range(8):
        for number in range(2):
            name = f"audio/airport-paris-{place}-{number}-a.wav"
            sound(root / name, 1.5, 48000, 2)
            rows.append(f"{name}\tairport\tparis-{place}\ta")
    (root / "meta.csv").write_text("\n".join(["filename\tscene_label\tidentifier\tsource_label", *rows]) + "\n")


def fsdkaggle2018(root: Path) -> None:
    """Six sounds of two classes, of five uploads, and one whose label nobody checked; the scenes beside them."""
    rows = []
    for label in ("Bark", "Hi-hat"):
        for number in range(6):
            name = f"{label}{number}.wav"
            rows.append(f"{name},{label},{int(number != 5)},{900 + min(number, 4)},Attribution")
            sound(root / "FSDKaggle2018.audio_train" / name, 0.5, 44100)
    table = root / "FSDKaggle2018.meta" / "train_post_competition.csv"
    table.parent.mkdir()
    table.write_text("\n".join(["fname,label,manually_verified,freesound_id,license", *rows]) + "\n")
    tut_scenes_2018(root / "scenes")


RECORDINGS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "desed": (desed, []),
    "dcase2017_task4": (dcase2017_task4, []),
    "tables": (tables, ["data.labels=[a,b]"]),
}
"""By choice of `data`: what writes the copy, and what else a command needs."""

SOUNDBANKS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "esc50": (esc50, ["data.labels=[dog,rooster]", "data.scenes=[rain]"]),
    "urbansound8k": (urbansound8k, ["data.labels=[car_horn,siren]", "data.scenes=[street_music]"]),
    "rare_events": (rare_events, []),
    "fsdkaggle2018": (fsdkaggle2018, ["data.labels=[Bark,Hi-hat]", "data.scenes_root=ROOT/scenes"]),
}
"""Likewise; ROOT stands for the corpus."""


def write(choice: str, root: Path) -> list[str]:
    """Writes the copy of a choice of `data`; returns what a command needs to use it."""
    writer, words = {**RECORDINGS, **SOUNDBANKS}[choice]
    writer(root)
    return [f"data={choice}", f"data.root={root}", *(word.replace("ROOT", str(root)) for word in words)]
