"""Values of the config that cannot be used: refused in one line before anything is built or written."""

from functools import cache

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

from tests.robustness.command import LONGEST_LINE, Wsed
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate, without_hydra
from wsed.errors import UserError

SMALL = ("data.clips={train: 12, val: 3, test: 3}", "trainer.max_epochs=1", "runtime.cache=null")

BIG = "1000000000000"

NUMBERS = {
    # Each key with values that are out of its range, and with a part of what it needs.
    "seed": (["-1", BIG, "1.5", "nan", "null", "true", "[1]"], "a whole number from 0"),
    "keep_every": (["-1", BIG], "a whole number from 0"),
    "data.batch_size": (["0", "-1", BIG, "2.5", "nan", "inf", "[]", "[20]"], "a whole number from 1 to 100,000"),
    "data.seed": (["-1", BIG], "a whole number from 0"),
    "data.sample_rate": (["0", "-16000", BIG, "nan", "inf"], "a whole number"),
    "data.soundbank.recordings": (["0", "3", BIG], "a whole number from 4"),
    "data.soundbank.seed": (["-1", BIG], "a whole number from 0"),
    "runtime.num_workers": (["-1", BIG, "0.5"], "a whole number from 0 to 1,024"),
    "runtime.devices": (["0", "-1", BIG, "[]", "[-1]", "[0.5]", "auto"], "a whole number from 1 to 1,024"),
    "runtime.num_nodes": (["0", "-1", BIG], "a whole number from 1 to 1,024"),
    "trainer.max_epochs": (["0", "-1", BIG, "nan", "null"], "a whole number from 1"),
    "trainer.limit_train_batches": (["0.0", "0", "-1", "1.5", "nan", "inf", BIG], "a number from 1e-06 to 1"),
    "trainer.accumulate_grad_batches": (["0", "-1", BIG, "{0: 2}"], "a whole number from 1"),
    "trainer.fast_dev_run": (["-1", BIG, "nan"], "true or false or a whole number"),
    "optimizer.lr": (["0", "-1", "1e30", "nan", "inf", BIG, "null"], "a number above 0, at most 1,000"),
    "features.window_size": (["0", "1", "-1", BIG, "10.5"], "a whole number from 2"),
    "features.hop": (["0", "-1", BIG, "nan"], "a whole number from 2"),
    "features.bands": (["0", "-1", BIG, "inf"], "a whole number from 1 to 16,384"),
    "features.fft_size": (["0", "-1", BIG], "a whole number from 2"),
    "features.floor": (["0", "-1", "nan", "inf", "1e-300"], "a number from 1e-30"),
    "features.min_frequency": (["-1", "nan", "inf", BIG], "a number from 0"),
    "features.max_frequency": (["-1", "nan", "inf", BIG], "a number from 0"),
    "network.widths": (["[]", "[0]", "[-1]", f"[{BIG}]", "[64,nan]", "64", "[[64]]"], "a list of 1 to 1,000 whole"),
    "network.dilation_growth": (["0", "-1", "9", BIG, "1.5"], "a whole number from 1 to 8"),
    "network.dropout": (["-0.1", "1", "nan", "inf"], "a number from 0 to below 1"),
    "pooling.decay": (["-0.1", "1.1", "nan", "inf"], "a number from 0 to 1"),
    "model.presence": (["-1", "nan", "inf", "1e30"], "a number from 0"),
    "model.sharpness": (["0", "-1", "nan", "inf", "1e30"], "a number from 0.01 to 1,000"),
    "model.background_weight": (["0", "-1", "nan", "inf", "1e30"], "a number above 0"),
    "loss.weights.clip_bce": (["-1", "nan", "inf", "1e30"], "values by name, each a number from 0"),
    "loss.terms.clip_bce.margin": (["0", "-1", "0.5", "nan"], "a number above 0 and below 0.5"),
    "loss.terms.clip_bce.class_weights": (["[]", "[-1]", "[nan]", "-1"], "numbers from 0 to 1,000,000 or null"),
    "mixing.duration": (["0", "-1", "nan", "inf", BIG, "1e-9"], "a number from 0.01 to 3,600"),
    "mixing.equaliser": (["-1", "nan", "inf", "1e30"], "a number from 0 to 100"),
    "mixing.second_event": (["-0.1", "1.5", "nan"], "a number from 0 to 1"),
    "mixing.speed": (["[0,1]", "[-1,1]", "[1]", "[1,inf]", "[1,2,3]", "1"], "a list of 2 numbers from 0.01 to 100"),
    "mixing.excerpt": (["[0,1]", "[0.5,1.5]", "[]", "[nan,1]"], "a list of 2 numbers from 1e-06 to 1"),
    "mixing.event_to_background_ratio": (["[0]", "[-1e9,0]", "[nan,0]", "[0,inf]"], "a list of 2 numbers from -200"),
    "mixing.ratio_variation": (["[0]", "[0,1e9]"], "a list of 2 numbers"),
    "mixing.shares": (["{background: -1}", "{mixture: nan}", "{mixture: inf}", "{other: 1}"], "background, event and"),
    "data.folds": (["{train: [0]}", "{val: [-1]}", "{test: [1.5]}", "{test: 4}", "{dev: [1]}"], "train, val and test"),
    "data.clips": (["{train: -1}", f"{{train: {BIG}}}", "{val: 1.5}", "{train: all}"], "train, val and test, each a"),
    "evaluation.draws": (["-1", BIG, "1.5", "nan", "true"], "a whole number from 0 to 10,000"),
    "evaluation.seed": (["-1", BIG], "a whole number from 0"),
    "metrics.event_based.collar": (["-1", "0", "nan", "inf"], "a number from 0.001"),
    "metrics.event_based.offset_share": (["-1", "1.5", "nan"], "a number from 0 to 1"),
    "metrics.segment_based.segment": (["0.0", "-1", "1e-9", "nan", "inf"], "a number from 0.01"),
    "metrics.intersection_based.dtc": (["0", "-1", "2", "nan"], "a number from 1e-06 to 1"),
    "metrics.psds_scenario1.dtc": (["nan", "0", "1.5", "inf"], "a number from 1e-06 to 1"),
    "metrics.psds_scenario1.cttc": (["0", "2", "nan"], "a number from 1e-06 to 1 or null"),
    "metrics.psds_scenario2.alpha_ct": (["-1", "2", "nan"], "a number from 0 to 1"),
    "metrics.psds_scenario2.max_efpr": (["0", "-1", "inf"], "a number above 0"),
    "postprocessing.threshold": (["nan", "5", "-0.1", "{gunshot: 5}", "[]", "[0.5]"], "a number from 0 to 1"),
    "postprocessing.hysteresis": (["nan", "2", "-1"], "a number from 0 to 1"),
    "postprocessing.median": (["-1", "inf", "nan", "1e9"], "a number from 0 to 60"),
    "postprocessing.gap": (["-1", "inf", "nan"], "a number from 0"),
    "postprocessing.minimum_duration": (["-1", "inf", "nan"], "a number from 0"),
    "postprocessing.tag_threshold": (["nan", "5", "-1"], "a number from 0 to 1"),
}

SECTIONS_NAMED = ("loss.weights", "mixing.shares", "data.folds", "data.clips")
"""Keys whose message names the whole mapping, whichever of its values is wrong."""

VALUES = [
    (f"{key}={value}", next((name for name in SECTIONS_NAMED if key.startswith(name)), key), said)
    for key, (values, said) in NUMBERS.items()
    for value in values
]

OTHERS = {
    # Texts and lists.
    "name=''": "name: is ''; it needs a text of 1 to 200 characters",
    f"name={'x' * 100_000}": "a text of 1 to 200 characters",
    f"monitor={'x' * 100_000}": "a text of 1 to 200 characters",
    f"metrics.event_based.collar={'x' * 100_000}": "metrics.event_based.collar: is 'xxx",
    f"data.clips.train={'9' * 400}": "data.clips: is ",
    f"seed={'9' * 400}": "seed: is 999",
    f"optimizer.lr={'9' * 400}": "optimizer.lr: is 999",
    f"network.widths=[{','.join(['4'] * 5000)}]": "network.widths: is [4, 4",
    "data.labels=[]": "data.",
    "runtime.process_group_backend=mpi": "nccl, gloo or null",
    "runtime.accelerator=tpu": "auto, cpu or gpu",
    "runtime.devices=[0,0]": "runtime.devices=[0, 0]: names a device twice",
    "runtime.devices=[0]": "runtime.devices=[0]: ",
    "runtime.devices=1000": "runtime.devices=1000: this machine has",
    "+trainer.limit_val_batches=0.0": "trainer.limit_val_batches: is 0.0",
    "+trainer.max_steps=0": "trainer.max_steps: is 0; it needs -1 or a whole number from 1",
    "+trainer.gradient_clip_val=-1": "trainer.gradient_clip_val",
    "+trainer.gradient_clip_val=nan": "trainer.gradient_clip_val",
    "+trainer.gradient_clip_algorithm=sum": "norm, value or null",
    "+trainer.check_val_every_n_epoch=0": "trainer.check_val_every_n_epoch",
    "+trainer.val_check_interval=1000": "trainer.val_check_interval=1000: an epoch has only",
    "+trainer.overfit_batches=1": "trainer.overfit_batches: the program gives this argument itself",
    "metrics.psds_scenario1.cttc=0.3": "without cross triggers give null and 0",
    "metrics.psds_scenario2.alpha_ct=0": "without cross triggers give null and 0",
    "precision=64-true": "precision: is '64-true'; it needs auto, 16-mixed, bf16-mixed or 32-true",
    "runtime.num_workers=1000": "is too many for this machine",
    "hydra.searchpath=[file:///no/folder]": "/no/folder is not a folder",
    "~pooling": "pooling: describes nothing",
    "+trainer.max_time=soon": "trainer: ",
    "+trainer.barebones=true": "Trainer: ",
    "+trainer.profiler=none": "trainer.profiler",
    "trainer.limit_train_batches=0.001": "trainer.limit_train_batches=0.001: leaves none of the",
    # What the program sets itself.
    "+trainer.accelerator=cpu": "set runtime.accelerator",
    "+trainer.devices=2": "trainer.devices: the program gives this argument itself; set runtime.devices",
    "+trainer.num_nodes=2": "set runtime.num_nodes",
    "+trainer.strategy=ddp": "set runtime.strategy",
    "+trainer.precision=16-mixed": "trainer.precision: the program gives this argument itself; set precision",
    "+trainer.logger=false": "set logger",
    "+trainer.callbacks=[]": "set callbacks",
    "+trainer.plugins=[]": "remove it",
    "+trainer.default_root_dir=x": "set hydra.run.dir",
    "+trainer.use_distributed_sampler=true": "remove it",
    "+trainer.enable_progress_bar=false": "set runtime.progress_bar",
    "+trainer.enable_model_summary=true": "set runtime.model_summary",
    "+model.parts=1": "model.parts: the program gives this argument itself",
    "+optimizer.params=[]": "optimizer.params: the program gives this argument itself",
    "+evaluation.metrics=[]": "evaluation.metrics: the program gives this argument itself; set metrics",
    "model._partial_=false": "model._partial_: must be true",
    "trainer._partial_=maybe": "trainer._partial_: is 'maybe'; it needs true or false",
    "+pooling._partial_=true": "pooling._partial_: must not be true here",
    "+features._partial_=true": "features._partial_: must not be true here",
    # Optimizers.
    "+optimizer.betas=[0.9]": "optimizer.betas: is [0.9]; it needs a list of 2 numbers from 0 to below 1",
    "+optimizer.betas=[0.9,1.0]": "optimizer.betas",
    "+optimizer.eps=0": "optimizer.eps: is 0; it needs a number above 0",
    "+optimizer.weight_decay=-1": "optimizer.weight_decay",
    "+optimizer.weight_decay=nan": "optimizer.weight_decay",
    # Values that do not go together.
    "features.fft_size=512": "fft_size is 512; it must be at least window_size, 1024",
    "features.hop=2000": "hop is 2000; it must be at most window_size, 1024",
    "features.max_frequency=9000": "max_frequency is 9000; it can be at most half the rate, 8000",
    "features.min_frequency=8000": "min_frequency is 8000; it must be below max_frequency, 8000",
    "features.bands=2000": "of the mel bands are too narrow for an FFT of 1024 samples",
    "mixing.event_to_background_ratio=[10,0]": "[lowest, highest] in dB",
    "mixing.speed=[2,1]": "[lowest, highest], both positive",
    "mixing.excerpt=[1,0.5]": "[lowest, highest]",
    "mixing.shares={background: 0, event: 0, mixture: 0}": "mixing.shares",
    "mixing.duration=0.05": "a clip of 0.05 s has 0 frames",
    "loss.terms.clip_bce.class_weights=[1,1]": "class_weights: has 2 weights for 3 classes",
    "monitor=val/tagging/mop": "monitor=val/tagging/mop: no metric of the validation split has this name",
    "metrics.psds_scenario1.name=psds/scenario2": "two metrics have the name psds/scenario2",
    "metrics.psds_scenario1.name=''": "metrics.psds_scenario1.name",
    # Groups that were removed or replaced.
    "trainer=null": "trainer",
    "pooling=null": "pooling",
    "~network": "network",
    "metrics.event_based=null": "metrics.event_based",
    "optimizer=5": "optimizer",
}

PRESETS = {
    ("augmentation=stripes", "augmentation.time_stripes=-1"): "augmentation.time_stripes",
    ("augmentation=stripes", "augmentation.time_stripes=1000000"): "from 0 to 1,024",
    ("augmentation=stripes", "augmentation.freq_width=-1"): "augmentation.freq_width",
    ("pooling=top_k", "pooling.share=0"): "pooling.share",
    ("pooling=log_sum_exp", "pooling.r=0"): "pooling.r",
    ("pooling=log_sum_exp", "pooling.r=1e-30"): "pooling.r",
    ("pooling=power", "pooling.n=-1"): "pooling.n",
    ("pooling=auto", "pooling.alpha=nan"): "pooling.alpha",
    ("schedule=cosine", "schedule.warmup=1"): "schedule.warmup",
    ("schedule=decay", "schedule.factor=0"): "schedule.factor",
    ("schedule=decay", "schedule.factor=1.5"): "schedule.factor",
    ("schedule=decay", "schedule.every=0"): "schedule.every",
    ("sampler=balanced", "sampler.ratio=0"): "sampler.ratio",
    ("sampler=balanced", "sampler.step=0"): "sampler.step",
    ("loss=focal_bce", "loss.terms.focal_bce.gamma=-1"): "loss.terms.focal_bce.gamma",
    ("loss=mtl", "loss.terms.segment.k=0"): "loss.terms.segment.k",
    ("loss=mtl", "loss.weights={clip_bce: 0, segment: 0, silent: 0}"): "loss.weights: are all 0",
    ("mixing=mtl", "mixing.onsets=[]"): "mixing.onsets",
    ("mixing=mtl", "mixing.onsets=[[3]]"): "mixing.onsets",
    ("mixing=mtl", "mixing.onsets=[[-1,3]]"): "mixing.onsets",
    ("mixing=mtl", "mixing.onsets=[[3,30]]"): "from 0 to below mixing.duration=10",
    ("mixing=mtl", "mixing.event_duration=0"): "mixing.event_duration",
    ("features=mfcc", "model=gated_crnn", "features.bands=100"): "bands is 100; it must be a multiple of 3",
    ("features=mfcc", "model=gated_crnn", "features.mel_bands=0"): "features.mel_bands",
    ("model=strong_weak", "network.pools=[5,4]"): "there are 3 widths and 2 pools",
    ("model=strong_weak", "network.pools=[50,40,20]"): "leave no band",
    ("model=strong_weak", "network.pools=[0,4,2]"): "network.pools",
    ("model=talnet", "network.kernel=4"): "kernel is 4; it must be odd",
    ("model=talnet", "network.pools=[[1,2]]"): "there are 3 widths and 1 pools",
    ("model=talnet", "network.pools=[[1]]"): "network.pools",
    ("model=dnn", "network.context=2"): "context is 2; it must be odd",
    ("model=mtl", "network.dilations=[1]"): "widths and 1 dilations",
    ("model=mtl", "network.kernel=2"): "kernel is 2; it must be odd",
    ("model=gated_crnn", "features.bands=8"): "use 16 bands or more",
    ("postprocessing=plain", "postprocessing.threshold={gunshot: 0.5}"): "threshold: has no value for baby_cry",
    ("postprocessing=tuned", "postprocessing.median=[]"): "postprocessing.median",
    ("postprocessing=tuned", "postprocessing.threshold=[0.5]"): "postprocessing.threshold",
    ("postprocessing=tuned", "postprocessing.clip_threshold=nan"): "postprocessing.clip_threshold",
    ("postprocessing=tuned", "postprocessing.median=[-1]"): "postprocessing.median",
    ("+callbacks=early_stopping", "callbacks.early_stopping.patience=-1"): "callbacks.early_stopping.patience",
    ("+callbacks=early_stopping", "callbacks.early_stopping.monitor=val/x"): "monitor=val/x: no metric",
    ("+callbacks=early_stopping", "callbacks.early_stopping.min_delta=nan"): "callbacks.early_stopping.min_delta",
    ("optimizer._target_=torch.optim.SGD", "+optimizer.momentum=1"): "optimizer.momentum",
    ("optimizer._target_=torch.optim.SGD", "+optimizer.nesterov=true"): "Nesterov momentum requires",
    ("optimizer._target_=torch.optim.Rprop", "+optimizer.etas=[1.2,0.5]"): "Invalid eta values",
    ("optimizer._target_=torch.optim.Muon",): "Muon only supports 2D parameters",
    ("optimizer._target_=torch.nn.Linear",): "optimizer._target_=torch.nn.Linear: does not belong here",
    ("test=best", "~callbacks.best_checkpoint"): "test=best: nothing keeps the best weights",
    ("test=best", "trainer.fast_dev_run=true"): "test=best: trainer.fast_dev_run keeps no weights",
    ("-m", "launcher=joblib", "launcher.jobs=0"): "launcher.jobs",
    ("-m", "launcher=joblib", f"launcher.jobs={BIG}"): "launcher.jobs",
    ("-m", "sweeper=optuna", "sweeper.trials=0"): "sweeper.trials",
    ("-m", "sweeper=optuna", "sweeper.parallel=-1"): "sweeper.parallel",
    ("-m", "sweeper=optuna", f"sweeper.seed={BIG}"): "sweeper.seed",
    ("-m", "sweeper=optuna", "sweeper.pruner=best"): "median, hyperband or none",
    ("-m", "launcher=slurm", "launcher.memory=0"): "launcher.memory",
    ("-m", "launcher=slurm", "launcher.nodes=0"): "launcher.nodes",
    ("-m", "launcher=slurm", "launcher.minutes=-1"): "launcher.minutes",
    ("-m", "launcher=slurm", "launcher.runs_per_job=0"): "launcher.runs_per_job",
    ("-m", "launcher=slurm", "launcher.setup=module"): "launcher.setup",
}


@cache
def composed() -> DictConfig:
    with hydra_initialized():
        return without_hydra(compose_config(["logger=csv", "postprocessing=plain"]))


@pytest.mark.parametrize(("word", "key", "said"), VALUES, ids=[word for word, _, _ in VALUES])
def test_a_number_out_of_range(word: str, key: str, said: str) -> None:
    config = composed().copy()
    OmegaConf.update(config, word.split("=")[0], OverridesParser.create().parse_override(word).value(), merge=True)
    with pytest.raises(UserError) as raised:
        validate(config)
    message = str(raised.value)
    assert message.startswith(f"{key}: is ")
    assert said in message
    assert len(message.splitlines()) == 1
    assert len(message) < LONGEST_LINE


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_out_of_range_on_the_command_line(wsed: Wsed, key: str) -> None:
    values, said = NUMBERS[key]
    wsed.refuses("train", "logger=csv", "postprocessing=plain", f"{key}={values[0]}", says=said)


@pytest.mark.parametrize("word", OTHERS, ids=[word[:60] for word in OTHERS])
def test_a_value_that_cannot_be_used(wsed: Wsed, word: str) -> None:
    wsed.refuses("train", "logger=csv", "data.soundbank.recordings=4", *SMALL, word, says=OTHERS[word])


@pytest.mark.parametrize("words", PRESETS, ids=" ".join)
def test_a_value_of_another_choice(wsed: Wsed, words: tuple[str, ...]) -> None:
    wsed.refuses("train", "logger=csv", "data.soundbank.recordings=4", *SMALL, *words, says=PRESETS[words])
