"""`qingshan serve`: the web server and the worker for tasks, as one service."""

from __future__ import annotations

import errno
import socket
import sys

import click

from qingshan.config import cluster, database_url
from qingshan.config.commands import practice as practice_copy
from qingshan.config.supervisor import STOP_SECONDS, Program, Supervisor

DEFAULT_BIND = "127.0.0.1:8000"


@click.command()
@click.option("--bind", default=DEFAULT_BIND, show_default=True, metavar="HOST:PORT", help="监听地址。")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="网站进程数。")
@click.option("--practice", default="", metavar="HOST:PORT", help="同时在此地址运行演练环境。")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1), help="每个网站进程的线程数。")
def serve(*, bind: str, workers: int, practice: str, threads: int) -> None:
    """运行网站和后台任务；SIGTERM 或 Ctrl-C 在 10 秒内停止。内置数据库继续运行（qingshan cluster stop）。"""
    _refuse_taken_address(bind)
    if not database_url.is_external():
        cluster.start()
    programs = [_web(bind, workers, threads), _worker()]
    click.echo(f"青山: http://{bind}/")
    if practice:
        programs += _practice(practice)
        click.echo(f"演练: http://{practice}/")
    sys.exit(Supervisor(programs).run())


def _practice(bind: str) -> list[Program]:
    """Return the programs of the practice copy: one web worker and its own worker for tasks."""
    if not practice_copy.exists():
        raise click.ClickException("还没有演练环境，请先执行 qingshan practice renew")
    _refuse_taken_address(bind)
    environment = practice_copy.practice_environment()
    if "DATABASE_URL" not in environment:
        cluster.start(practice_copy.practice_home())
    # The real service's server must not be inherited: without a name of its own the copy has a private cluster.
    apart = {name: environment.get(name, "") for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    own = {"QINGSHAN_HOME": environment["QINGSHAN_HOME"], "QINGSHAN_PRACTICE": "1", **apart}
    return [
        Program(name=name, command=program.command, environment={**program.environment, **own})
        for name, program in (("p-web", _web(bind, 1, 4)), ("p-work", _worker()))
    ]


def _refuse_taken_address(bind: str) -> None:
    """End with an explanation when the address cannot be listened on."""
    host, _, port = bind.rpartition(":")
    try:
        with socket.create_server((host.strip("[]") or "127.0.0.1", int(port))):
            return
    except ValueError:
        raise click.BadParameter(f"{bind}: HOST:PORT is expected", param_hint="--bind") from None
    except OSError as error:
        reason = "somebody listens there already" if error.errno == errno.EADDRINUSE else error.strerror
        raise click.ClickException(f"cannot listen on {bind}: {reason}") from error


def _web(bind: str, workers: int, threads: int) -> Program:
    """Return the web server."""
    options = {
        "config": "python:qingshan.config.web_server",
        "bind": bind,
        "worker-class": "qingshan.config.web_threads.EvenWorker",
        "workers": workers,
        "threads": threads,
        "graceful-timeout": int(STOP_SECONDS) - 1,
        "keep-alive": 15,
        "worker-tmp-dir": "/dev/shm",  # noqa: S108 - heartbeat files of the server, in memory
        "access-logfile": "-",
        "access-logformat": '%(h)s "%(r)s" %(s)s %(B)s %(M)sms',
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    return Program(
        name="web",
        command=[
            sys.executable,
            "-m",
            "gunicorn",
            "--no-control-socket",
            *arguments,
            "qingshan.config.wsgi:application",
        ],
        environment={"QINGSHAN_PROCESS": "web", "MALLOC_ARENA_MAX": "2"},
    )


_YIELDING = ("nice", "-n", "5")
"""Somebody waits for a page; a job takes what the pages leave of the processors, all of it when nobody asks."""


def _worker() -> Program:
    """Return the worker: one job at a time beside a small web service, so pages stay quick on two cores."""
    return Program(
        name="worker",
        command=[
            *_YIELDING,
            *(sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency=1"),
            f"--shutdown-graceful-timeout={int(STOP_SECONDS) - 1}",
        ],
        environment={"QINGSHAN_PROCESS": "worker"},
    )
