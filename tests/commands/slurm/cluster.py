"""A real Slurm on this machine, for tests: a controller and two virtual nodes, without systemd and cgroups."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

NODES = ("wsed-node1", "wsed-node2")
PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "setpriv")
HOSTS = Path("/etc/hosts")
PORTS = {"controller": 26817, NODES[0]: 26818, NODES[1]: 26819}

CONF = """
ClusterName=wsed
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[controller]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# What is put back into the queue waits for as long as a credential lives.
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# The nodes may have more cores and memory than the machine.
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
JobRequeue=1
KillWait=3
MpiDefault=none
ReturnToService=2
InactiveLimit=0
NodeName=DEFAULT CPUs=2 RealMemory=12000 State=UNKNOWN
NodeName={nodes[0]} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[wsed-node1]}
NodeName={nodes[1]} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[wsed-node2]}
PartitionName=usual Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=5
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=9 PreemptMode=OFF
"""


def missing() -> str | None:
    """Why there can be no cluster here, or None."""
    if os.geteuid():
        return "a Slurm of its own needs root"
    lacking = [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]
    return f"{', '.join(lacking)}: not here; apt-get install slurm-wlm munge" if lacking else None


class Cluster:
    """Starts a Slurm; `stop` ends it.

    Args:
        folder: for all that it writes.

    Attributes:
        environment: for commands that talk to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": _path()}
        self.hosts = HOSTS.read_text()
        self.munged = self._munge()
        for name in ("state", "spool"):
            (folder / name).mkdir()
        host = socket.gethostname().split(".")[0]
        text = CONF.format(host=host, folder=folder, nodes=NODES, ports=PORTS)
        (folder / "slurm.conf").write_text(text)
        # The first node is where processes of several nodes meet.
        HOSTS.write_text(f"{self.hosts.rstrip()}\n127.0.0.1 {' '.join(NODES)}\n")
        self.daemons = [self._start("slurmctld", "-D", "-c")]
        self.daemons += [self._start("slurmd", "-D", "-N", node) for node in NODES]
        try:
            until(self._is_up, 30)
        except AssertionError:
            self.stop()
            raise

    def _is_up(self) -> bool:
        return self.say("sinfo", "-h", "-N", "-p", "usual", "-t", "idle", "-o", "%N").split() == list(NODES)

    def say(self, *command: str) -> str:
        """What a command of Slurm prints."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stdout

    def job(self, number: str) -> dict[str, str]:
        """What Slurm knows of a job."""
        words = self.say("scontrol", "show", "job", number).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def stop(self) -> None:
        """Ends all of it."""
        self.say("scancel", "--user=root", "--state=RUNNING")
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            daemon.wait()
        self.munged.terminate()
        self.munged.wait()
        HOSTS.write_text(self.hosts)

    def _start(self, *command: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{command[0]}.log").open("ab")
        return subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def _munge(self) -> "subprocess.Popen[bytes]":
        home = self.folder / "munge"
        home.mkdir()
        (home / "key").write_bytes(os.urandom(128))
        for path in (home / "key", home):
            shutil.chown(path, "munge", "munge")
        (home / "key").chmod(0o400)
        home.chmod(0o711)
        # Its user has to get there.
        self.folder.chmod(0o711)
        files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        options = [f"--{option}={home / name}" for option, name in files.items()]
        user = ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups"]
        daemon = self._start(*user, "munged", "--foreground", "--force", *options)
        until((home / "socket").exists)
        return daemon


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Waits for something that takes its time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.2)


def _path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"
