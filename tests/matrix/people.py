"""People: with matrix-nio, a client of its own with encryption, and for many at once by plain requests."""

import asyncio
import io
import time
import uuid

import aiohttp
from nio import (
    AsyncClient,
    AsyncClientConfig,
    EnableEncryptionBuilder,
    MegolmEvent,
    RoomMessage,
)
from nio.crypto.attachments import decrypt_attachment

from server import NAME, PASSWORD

ENCRYPTED = [EnableEncryptionBuilder().as_dict()]


def in_thread(root, last=None):
    return {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": last or root},
    }


class Person:
    """Somebody with a client that encrypts."""

    def __init__(self, synapse, name, folder):
        self.id = f"@{name}:{NAME}"
        store = folder / name
        store.mkdir()
        self.client = AsyncClient(
            synapse.address,
            self.id,
            store_path=str(store),
            config=AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True),
        )
        self.heard = []
        self.client.add_event_callback(self.hear, (RoomMessage, MegolmEvent))
        self.task = None

    async def hear(self, room, event):
        self.heard.append((room.room_id, event))

    async def start(self):
        await self.client.login(PASSWORD)
        self.task = asyncio.create_task(self.sync())

    async def sync(self):
        while True:
            try:
                await self.client.sync_forever(timeout=5000, full_state=True)
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
                await asyncio.sleep(0.5)

    async def stop(self):
        if self.task:
            self.task.cancel()
        await self.client.close()

    async def room(self, *invite, encrypted=True, direct=False, **more):
        made = await self.client.room_create(
            invite=list(invite),
            is_direct=direct,
            initial_state=ENCRYPTED if encrypted else [],
            **more,
        )
        await self.knows(made.room_id)
        return made.room_id

    async def knows(self, room):
        for _ in range(300):
            if room in self.client.rooms:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.id} does not see {room}")

    async def with_member(self, room, user):
        """Waits until somebody is in a room."""
        for _ in range(300):
            known = self.client.rooms.get(room)
            if known and user in known.users and user not in known.invited_users:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{user} does not come to {room}")

    async def say(self, room, words, relation=None, kind="m.text", **more):
        content = {"msgtype": kind, "body": words, **more}
        if relation:
            content["m.relates_to"] = relation
        return await self.send(room, "m.room.message", content)

    async def send(self, room, kind, content):
        sent = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        assert hasattr(sent, "event_id"), sent
        return sent.event_id

    async def file(self, room, name, content, words=None):
        """Sends an encrypted file, with words under it or without."""
        sent, keys = await self.client.upload(
            io.BytesIO(content), "application/octet-stream", name, encrypt=True, filesize=len(content)
        )
        assert hasattr(sent, "content_uri"), sent
        told = {
            "msgtype": "m.file",
            "body": words or name,
            "filename": name,
            "info": {"size": len(content)},
            "file": {**keys, "url": sent.content_uri},
        }
        return await self.send(room, "m.room.message", told)

    async def react(self, room, event, key):
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    def answers(self, event, room=None):
        """What the bot said to an event: replies to it, edits left out."""
        found = []
        for where, heard in self.heard:
            content = heard.source.get("content", {})
            relation = content.get("m.relates_to") or {}
            to = (relation.get("m.in_reply_to") or {}).get("event_id")
            fits = to == event and relation.get("rel_type") != "m.replace"
            if fits and heard.sender.startswith("@referent:") and room in (None, where):
                found.append(heard)
        # One event may be told of twice after a new start of the server.
        return list({heard.event_id: heard for heard in found}.values())

    async def answer(self, event, patience=30):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = self.answers(event)
            if found:
                assert not isinstance(found[0], MegolmEvent), "the answer cannot be decrypted"
                return found[0]
            await asyncio.sleep(0.05)
        raise AssertionError(f"{event} is not answered within {patience} s")

    async def picture(self, event, patience=30):
        """The picture that the bot showed in reply to an event: its content, once it opens as one."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for heard in self.answers(event):
                content = heard.source.get("content", {})
                if content.get("msgtype") == "m.image":
                    file = content["file"]
                    got = await self.client.download(file["url"])
                    key, digest = file["key"]["k"], file["hashes"]["sha256"]
                    opened = decrypt_attachment(got.body, key, digest, file["iv"])
                    assert opened.startswith(b"\x89PNG") and len(opened) == content["info"]["size"]
                    return content
            await asyncio.sleep(0.05)
        raise AssertionError(f"{event} is not answered by a picture within {patience} s")

    async def ask(self, room, words, relation=None, **more):
        """Asks, and returns the question's event, the answer's event and its content."""
        asked = await self.say(room, words, relation, **more)
        answer = await self.answer(asked)
        return asked, answer.event_id, answer.source["content"]


class Plain:
    """Somebody who sends plain requests: no encryption, and many at once."""

    def __init__(self, synapse, http, account):
        self.synapse = synapse
        self.http = http
        self.id = account["user_id"]
        self.headers = {"Authorization": f"Bearer {account['access_token']}"}

    async def call(self, method, path, body=None):
        address = f"{self.synapse.address}/_matrix/client/v3{path}"
        while True:
            async with self.http.request(method, address, json=body, headers=self.headers) as answer:
                told = await answer.json()
                if answer.status == 429:
                    await asyncio.sleep(told.get("retry_after_ms", 500) / 1000)
                    continue
                assert answer.status == 200, (path, told)
                return told

    async def room(self, *invite, **more):
        body = {"preset": "private_chat", "invite": list(invite), **more}
        return (await self.call("POST", "/createRoom", body))["room_id"]

    async def say(self, room, words, kind="m.text", relation=None, **more):
        content = {"msgtype": kind, "body": words, **more}
        if relation:
            content["m.relates_to"] = relation
        path = f"/rooms/{room}/send/m.room.message/{uuid.uuid4().hex}"
        return (await self.call("PUT", path, content))["event_id"]

    async def messages(self, room):
        """All events of a room in their order."""
        events, at = [], ""
        while True:
            found = await self.call("GET", f"/rooms/{room}/messages?dir=b&limit=200{at}")
            events += found["chunk"]
            if not found.get("end") or not found["chunk"]:
                return events[::-1]
            at = f"&from={found['end']}"

    async def membership(self, room, user):
        found = await self.call("GET", f"/rooms/{room}/members")
        for member in found["chunk"]:
            if member["state_key"] == user:
                return member["content"]["membership"]
        return None
