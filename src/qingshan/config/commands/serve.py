"""`qingshan serve`: the web server and the worker for tasks, as one service."""

from __future__ import annotations

import errno
import socket
import sys

import click

from qingshan.config import cluster, database_url
from qingshan.config.supervisor import STOP_SECONDS, Program, Supervisor

DEFAULT_BIND = "127.0.0.1:8000"


@click.command()
@click.option("--bind", default=DEFAULT_BIND, show_default=True, metavar="HOST:PORT", help="监听地址。")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="网站进程数。")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1), help="每个网站进程的线程数。")
def serve(*, bind: str, workers: int, threads: int) -> None:
    """运行网站和后台任务；SIGTERM 或 Ctrl-C 在 10 秒内停止。内置数据库继续运行（qingshan cluster stop）。"""
    _refuse_taken_address(bind)
    if not database_url.is_external():
        cluster.start()
    programs = [_web(bind, workers, threads), _worker()]
    click.echo(f"青山: http://{bind}/")
    sys.exit(Supervisor(programs).run())


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
        "bind": bind,
        "worker-class": "gthread",
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
        environment={"QINGSHAN_PROCESS": "web"},
    )


def _worker() -> Program:
    """Return the worker: one job at a time beside a small web service, so pages stay quick on two cores."""
    return Program(
        name="worker",
        command=[
            *(sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency=1"),
            f"--shutdown-graceful-timeout={int(STOP_SECONDS) - 1}",
        ],
        environment={"QINGSHAN_PROCESS": "worker"},
    )
