"""A Matrix server and a bot, as programs on this machine that are started, ended and killed."""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import aiohttp
import yaml

NAME = "referent.test"
PASSWORD = "et-passord-som-ikke-skal-staa-i-loggen"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Program:
    """A program whose output is kept, and which is ended by its own id."""

    def __init__(self, log):
        self.log = Path(log)
        self.process = None

    async def launch(self, *command, env=None):
        with open(self.log, "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, stdout=log, stderr=log, env={**os.environ, **(env or {})}
            )

    async def end(self, how=signal.SIGTERM):
        """Ends it, and returns its exit status."""
        if self.process is None:
            return None
        if self.process.returncode is None:
            self.process.send_signal(how)
        status = await self.process.wait()
        self.process = None
        return status

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class Synapse(Program):
    def __init__(self, folder):
        super().__init__(folder / "synapse.log")
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.secret = "registrering"
        self.config = folder / "homeserver.yaml"
        fast = {"per_second": 1000, "burst_count": 1000}
        self.config.write_text(
            yaml.safe_dump(
                {
                    "server_name": NAME,
                    "pid_file": str(folder / "synapse.pid"),
                    "listeners": [
                        {
                            "port": self.port,
                            "type": "http",
                            "bind_addresses": ["127.0.0.1"],
                            "resources": [{"names": ["client", "media"], "compress": False}],
                        }
                    ],
                    "database": {
                        "name": "sqlite3",
                        "args": {"database": str(folder / "homeserver.db")},
                    },
                    "media_store_path": str(folder / "media"),
                    "signing_key_path": str(folder / "signing.key"),
                    "registration_shared_secret": self.secret,
                    "macaroon_secret_key": "makron",
                    "form_secret": "skjema",
                    "report_stats": False,
                    "trusted_key_servers": [],
                    "federation_domain_whitelist": [],
                    "enable_registration": False,
                    "bcrypt_rounds": 4,
                    # Such that the bot is told to wait when much is asked at once.
                    "rc_message": {"per_second": 6, "burst_count": 6},
                    "rc_login": {"address": fast, "account": fast, "failed_attempts": fast},
                    "rc_joins": {"local": fast, "remote": fast},
                    "rc_invites": {"per_room": fast, "per_user": fast, "per_issuer": fast},
                    "rc_room_creation": fast,
                }
            )
        )

    async def start(self):
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self.config)]
        if not (self.folder / "signing.key").exists():
            await self.launch(*command, "--generate-keys")
            assert await self.process.wait() == 0, self.said()
        await self.launch(*command)
        await self.until_up()

    async def until_up(self, patience=60):
        async with aiohttp.ClientSession() as http:
            for _ in range(patience * 5):
                try:
                    async with http.get(f"{self.address}/_matrix/client/versions") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                if self.process.returncode is not None:
                    break
                await asyncio.sleep(0.2)
        raise AssertionError(f"Synapse does not start:\n{self.said()[-3000:]}")

    async def register(self, name):
        path = f"{self.address}/_synapse/admin/v1/register"
        async with aiohttp.ClientSession() as http:
            async with http.get(path) as answer:
                nonce = (await answer.json())["nonce"]
            parts = [nonce, name, PASSWORD, "notadmin"]
            mac = hmac.new(self.secret.encode(), "\0".join(parts).encode(), hashlib.sha1)
            body = {
                "nonce": nonce,
                "username": name,
                "password": PASSWORD,
                "admin": False,
                "mac": mac.hexdigest(),
            }
            async with http.post(path, json=body) as answer:
                assert answer.status == 200, await answer.text()
                return await answer.json()


class Bot(Program):
    """The program under test."""

    def __init__(self, referent, folder, synapse, inviters):
        folder.mkdir(exist_ok=True)
        super().__init__(folder / "referent.log")
        self.referent = str(Path(referent).resolve())
        self.data = folder / "data"
        self.config = folder / "config.toml"
        self.synapse = synapse
        self.inviters = inviters
        self.knowledge = None
        self.user = f"@referent:{NAME}"
        self.env = {"REFERENT_MATRIX_PASSWORD": PASSWORD, "REFERENT_LOG": "info"}
        self.write()

    def write(self, more=""):
        self.config.write_text(
            "[web]\nenabled = false\n[matrix]\nenabled = true\n"
            f'homeserver = "{self.synapse.address}"\nuser_id = "{self.user}"\n'
            f"allowed_inviters = {json.dumps(self.inviters)}\n"
            f"user_per_minute = 60\nroom_per_minute = 600\n{more}"
        )

    def options(self):
        knowledge = ["--knowledge", str(self.knowledge)] if self.knowledge else []
        return ["--config", str(self.config), "--data", str(self.data), *knowledge]

    async def start(self, patience=60):
        before = self.said().count("on Matrix as")
        await self.launch(self.referent, "serve", *self.options(), env=self.env)
        for _ in range(patience * 10):
            if self.said().count("on Matrix as") > before:
                return
            if self.process.returncode is not None:
                break
            await asyncio.sleep(0.1)
        raise AssertionError(f"the bot does not start:\n{self.said()[-3000:]}")

    async def doctor(self):
        process = await asyncio.create_subprocess_exec(
            self.referent,
            "doctor",
            "--json",
            *self.options(),
            env={**os.environ, **self.env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        told, _ = await process.communicate()
        return json.loads(told)["findings"]


async def eventually(condition, what, patience=30):
    """Waits until a condition holds, and returns what it gives."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"{what}: not within {patience} s")
