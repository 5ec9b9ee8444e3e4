import subprocess
import sys
from pathlib import Path

CODE = """
import sys
import numpy as np
import wsed
assert "torch" not in sys.modules
model = wsed.load(sys.argv[1])
model.detect(np.zeros(16000, np.float32), 16000)
model.separate(np.zeros(16000, np.float32), 16000)
loaded = {"hydra", "omegaconf", "wandb", "gradio"} & set(sys.modules)
assert not loaded, loaded
"""


def test_use_in_python_loads_no_hydra_and_no_wandb(small_run: Path) -> None:
    subprocess.run([sys.executable, "-c", CODE, str(small_run)], check=True)
