"""Conversations with the bot over a real Matrix server. Each ends with an error where something is not
as it should be; all that is started is ended."""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from pathlib import Path

import aiohttp

from people import Person, Plain, in_thread
from server import NAME, PASSWORD, Bot, Synapse, eventually

PAUSE = float(os.environ.get("MATRIX_PAUSE", "4"))
CLOSING = "Når stenges KARVE?"
CLOSES = "31. mars 2027"
HOME = "What does FASA think about working from home?"
UNREADABLE = "Jeg kan ikke lese meldingen din"


class World:
    """What conversations share."""

    def __init__(self, folder, referent):
        self.folder = folder
        self.synapse = Synapse(folder)
        self.bot = Bot(referent, folder, self.synapse, [f"@{n}:{NAME}" for n in ("kari", "ola")])

    async def start(self):
        await self.synapse.start()
        await self.synapse.register("referent")
        accounts = {name: await self.synapse.register(name) for name in ("kari", "ola", "per")}
        self.http = aiohttp.ClientSession()
        self.ola = Plain(self.synapse, self.http, accounts["ola"])
        self.per = Plain(self.synapse, self.http, accounts["per"])
        self.kari = Person(self.synapse, "kari", self.folder)
        await self.kari.start()

    async def stop(self):
        await self.kari.stop()
        await self.http.close()
        await self.bot.end()
        await self.synapse.end()

    async def encrypted_room(self, direct=True):
        """A room of Kari's where the bot has come."""
        room = await self.kari.room(self.bot.user, direct=direct)
        await self.kari.with_member(room, self.bot.user)
        return room

    async def joined(self, person, room):
        async def there():
            return await person.membership(room, self.bot.user) == "join"

        await eventually(there, "the bot joins")

    def store(self, query, *values):
        with sqlite3.connect(self.bot.data / "referent.sqlite") as store:
            return store.execute(query, values).fetchall()

    def verdicts(self, event):
        return [
            good
            for (good,) in self.store(
                "SELECT good FROM feedback JOIN answer ON answer.id = feedback.answer"
                " WHERE answer.message = ?",
                event,
            )
        ]

    async def says(self, person, room):
        """What the bot has said in a room that is not encrypted: what it said it to, and the words."""
        found = []
        for event in await person.messages(room):
            if event["sender"] == self.bot.user and event["type"] == "m.room.message":
                relation = event["content"].get("m.relates_to", {})
                # A picture may follow the words.
                words = event["content"].get("msgtype") != "m.image"
                if words and relation.get("rel_type") != "m.replace":
                    to = relation.get("m.in_reply_to", {}).get("event_id")
                    found.append((to, event["content"]["body"]))
        return found

    async def said_to(self, person, room, event, patience=30):
        async def said():
            return [words for to, words in await self.says(person, room) if to == event]

        return await eventually(said, f"an answer to {event}", patience)


async def history(world):
    """What was said before the bot first listened is not answered; those who may not invite are refused."""
    old = await world.ola.room(world.bot.user)
    await world.ola.say(old, f"!ref {CLOSING}")
    foreign = await world.per.room(world.bot.user)
    await asyncio.sleep(1.1)
    await world.bot.start()
    await world.joined(world.ola, old)

    async def refused():
        return await world.per.membership(foreign, world.bot.user) == "leave"

    await eventually(refused, "the invite is refused")
    new = await world.ola.say(old, f"!ref {CLOSING}")
    assert CLOSES in (await world.said_to(world.ola, old, new))[0]
    answered = [to for to, _ in await world.says(world.ola, old) if to]
    assert answered == [new], answered


async def encrypted(world):
    """The conversation of a user of matrix-nio in an encrypted room, with a kill in the middle."""
    kari = world.kari
    room = await world.encrypted_room(direct=False)
    other = await kari.client.room_invite(room, world.ola.id)
    assert not hasattr(other, "message"), other
    await world.ola.call("POST", f"/join/{room}")
    await kari.with_member(room, world.ola.id)
    # With others there, the bot answers only what is meant for it.
    unheard = await kari.say(room, "Når er det lunsj?")
    named = {"m.mentions": {"user_ids": [world.bot.user]}}
    asked, answer, content = await kari.ask(room, f"Referent: {CLOSING}", **named)
    assert CLOSES in content["body"], content["body"]
    assert content["msgtype"] == "m.notice" and content["m.mentions"] == {}, content
    html = content["formatted_body"]
    assert "<blockquote>" in html and f"<strong>KARVE stenges {CLOSES}" in html, html
    assert content["m.relates_to"]["event_id"] == asked, content["m.relates_to"]
    assert content["m.relates_to"]["rel_type"] == "m.thread"
    # What goes on in the thread needs no mention.
    follow, _, content = await kari.ask(
        room, "Og hvor mange saker må flyttes?", in_thread(asked, answer)
    )
    assert "4 000" in content["body"], content["body"]
    assert content["m.relates_to"]["event_id"] == asked
    _, _, content = await kari.ask(room, f"!ref {HOME}")
    assert "hjemmekontor" in content["body"] and "FASA" in content["body"], content["body"]
    matter, card, content = await kari.ask(room, "!referent status hjemmekontor")
    assert "Siste kjente status" in content["body"], content["body"]
    # Under it the matter over time, as a picture that only those in the room can open.
    picture = await kari.picture(matter)
    assert picture["body"].startswith("Tidslinje for saken"), picture
    assert picture["m.relates_to"]["event_id"] == matter and picture["m.mentions"] == {}, picture
    assert "url" not in picture and picture["file"]["url"].startswith("mxc://"), picture
    _, _, content = await kari.ask(room, "!ref staus hjemmekontor")
    assert "«!ref status hjemmekontor»" in content["body"], content["body"]
    _, _, content = await kari.ask(room, "!ref hjelp")
    assert "!ref standpunkter SAK" in content["body"], content["body"]
    _, _, content = await kari.ask(room, "!ref positions hjemmekontor holder:FASA")
    assert "FASA" in content["body"], content["body"]
    _, _, content = await kari.ask(room, "!ref latest")
    assert content["body"].startswith("Recently added\n1. "), content["body"]
    _, _, content = await kari.ask(room, "!ref dokument fjernarbeid")
    assert "fjernarbeid" in content["body"].lower(), content["body"]
    # Verdicts: one changes, and one is taken back.
    down = await kari.react(room, answer, "👎")
    await eventually(lambda: world.verdicts(answer) == [0], "👎 is in the store")
    await kari.react(room, answer, "👍🏽")
    await eventually(lambda: world.verdicts(answer) == [1], "👍 is in the store")
    up = await kari.react(room, card, "👍")
    await eventually(lambda: world.verdicts(card) == [1], "👍 is in the store")
    await kari.client.room_redact(room, up)
    await eventually(lambda: world.verdicts(card) == [], "what was taken back is not in the store")
    await kari.client.room_redact(room, down)
    # An edited question gets another answer, in place of the first.
    edit = {
        "m.new_content": {"msgtype": "m.text", "body": f"!ref {HOME}"},
    }
    first, answer, _ = await kari.ask(room, f"!ref {CLOSING}")
    await kari.say(room, f"* !ref {HOME}", {"rel_type": "m.replace", "event_id": first}, **edit)

    def replaced():
        for _, heard in kari.heard:
            relation = heard.source["content"].get("m.relates_to") or {}
            if relation.get("rel_type") == "m.replace" and relation.get("event_id") == answer:
                return "hjemmekontor" in heard.source["content"]["m.new_content"]["body"]
        return False

    await eventually(replaced, "the answer is replaced")
    # Killed while it works, and started again: the same session goes on.
    sent = await kari.say(room, f"!ref {CLOSING}")
    await world.bot.end(signal.SIGKILL)
    away = await kari.say(room, "Og hvem spurte om det?", in_thread(asked, follow))
    keys = await device_keys(world)
    await world.bot.start()
    assert CLOSES in (await kari.answer(sent)).body
    assert "FASA" in (await kari.answer(away)).body
    _, _, content = await kari.ask(room, "Hvor mange saker gjelder det?", in_thread(asked, away))
    assert "4 000" in content["body"], content["body"]
    assert await device_keys(world) == keys, "the bot has another device"
    await asyncio.sleep(1)
    for event in (sent, away):
        assert len(kari.answers(event)) == 1, kari.answers(event)
    assert not kari.answers(unheard)


async def device_keys(world):
    """The keys of the bot's devices, as others see them."""
    found = await world.ola.call("POST", "/keys/query", {"device_keys": {world.bot.user: []}})
    own = found["self_signing_keys"][world.bot.user]["keys"]
    keys = {}
    for device, told in found["device_keys"][world.bot.user].items():
        signed = set(told["signatures"][world.bot.user]) & set(own)
        keys[device] = (told["keys"], bool(signed))
    return keys


async def verified(world):
    """The device is signed by its account, and doctor finds nothing about Matrix to mend."""
    assert "new ones now" not in world.bot.said(), "the first keys were thrown away"
    keys = await device_keys(world)
    assert len(keys) == 1 and all(signed for _, signed in keys.values()), keys
    findings = await world.bot.doctor()
    assert not [found for found in findings if "matrix" in found["at"]], findings
    silent = await world.ola.room(
        world.bot.user, power_level_content_override={"events_default": 50}
    )
    await world.joined(world.ola, silent)
    unsaid = await world.ola.say(silent, f"!ref {CLOSING}")

    # A room where the bot may not speak is told of, and keeps no other waiting.
    def told():
        return "give the bot the right to send messages" in world.bot.said()

    await eventually(told, "the lack of rights is in the log")
    findings = await world.bot.doctor()
    assert [found for found in findings if silent in found["at"]], findings
    assert not [to for to, _ in await world.says(world.ola, silent) if to == unsaid]


async def direct(world):
    """Between two nothing is needed in front, one thing leads to another, and notices are not answered."""
    kari = world.kari
    # As clients do: the first question is sent together with the invite.
    room = await kari.room(world.bot.user, direct=True)
    asked = await kari.say(room, CLOSING)
    await kari.with_member(room, world.bot.user)
    notice = await kari.say(room, CLOSING, kind="m.notice")
    again, _, content = await kari.ask(room, CLOSING)
    assert CLOSES in content["body"], content["body"]
    _, _, content = await kari.ask(room, "Og hvor mange saker må flyttes?")
    assert "4 000" in content["body"], content["body"]
    _, _, content = await kari.ask(room, "hjelp")
    assert "!ref" in content["body"], content["body"]
    await asyncio.sleep(1)
    assert not kari.answers(notice)
    assert len(kari.answers(again)) == 1
    return asked


async def outage(world):
    """The server is away for a while: no answer is lost, and none comes twice."""
    kari = world.kari
    room = await world.encrypted_room()
    await kari.ask(room, CLOSING)
    asked = [await kari.say(room, CLOSING if i % 2 else HOME) for i in range(4)]
    await world.synapse.end()
    await asyncio.sleep(PAUSE)
    await world.synapse.start()
    for event in asked:
        await kari.answer(event, 90)
    later, _, content = await kari.ask(room, CLOSING)
    assert CLOSES in content["body"]
    await asyncio.sleep(2)
    for event in (*asked, later):
        assert len(kari.answers(event)) == 1, kari.answers(event)


async def threads(world):
    """In a thread of others the bot answers who names it, and nobody else; in one on its message, all."""
    room = await world.ola.room(world.bot.user, world.per.id)
    await world.per.call("POST", f"/join/{room}")
    await world.joined(world.ola, room)
    root = await world.per.say(room, "Har noen lest referatet?")
    named = await world.ola.say(room, f"@referent {CLOSING}", relation=in_thread(root))
    assert CLOSES in (await world.said_to(world.ola, room, named))[0]
    others = await world.per.say(room, "Takk! Hvem tar kaffen?", relation=in_thread(root))
    # Nobody edits the question of another.
    edit = {"rel_type": "m.replace", "event_id": named}
    new = {"m.new_content": {"msgtype": "m.text", "body": f"@referent {HOME}"}}
    await world.per.say(room, f"* @referent {HOME}", relation=edit, **new)
    latest = await world.ola.say(room, "!ref siste")
    await world.said_to(world.ola, room, latest)
    answers = [e for e in await world.ola.messages(room) if e["sender"] == world.bot.user]
    on_answer = in_thread(answers[-1]["event_id"])
    inside = await world.per.say(room, CLOSING, relation=on_answer)
    assert CLOSES in (await world.said_to(world.ola, room, inside))[0]
    # To reply to somebody's question with the bot's name alone is to pass it on.
    question = await world.per.say(room, CLOSING)
    reply = {"m.in_reply_to": {"event_id": question}}
    passed = await world.ola.say(room, "@referent", relation=reply)
    assert CLOSES in (await world.said_to(world.ola, room, passed))[0]
    for event in await world.ola.messages(room):
        relation = event["content"].get("m.relates_to", {})
        own = event["sender"] == world.bot.user
        assert not (own and relation.get("rel_type") == "m.replace"), "another's edit counted"
    to = [to for to, _ in await world.says(world.ola, room)]
    assert others not in to and question not in to and root not in to, to


async def killed(world):
    """Killed again and again while it works: each question is answered once, in order."""
    rooms = [await world.ola.room(world.bot.user) for _ in range(3)]
    for room in rooms:
        await world.joined(world.ola, room)
    asked = {room: [] for room in rooms}
    for i in range(4):
        for room in rooms:
            for words in (CLOSING, HOME):
                asked[room].append(await world.ola.say(room, f"!ref {words}"))
        await asyncio.sleep(0.15 * i)
        await world.bot.end(signal.SIGKILL)
        await world.bot.start()
    # While it is away, more is said than the server tells of at once.
    await world.bot.end(signal.SIGKILL)
    asked[rooms[0]].append(await world.ola.say(rooms[0], f"!ref {CLOSING}"))
    # A third one, so that not all that is said is meant for the bot.
    await world.ola.call("POST", f"/rooms/{rooms[0]}/invite", {"user_id": world.per.id})
    await world.per.call("POST", f"/join/{rooms[0]}")
    for i in range(60):
        await world.per.say(rooms[0], f"Prat nummer {i}")
    await world.bot.start()
    for room in rooms:

        async def answered(room=room):
            answers = [to for to, _ in await world.says(world.ola, room) if to]
            return len(answers) >= len(asked[room])

        await eventually(answered, "all is answered", 60)
    await asyncio.sleep(1)
    for room in rooms:
        answers = [to for to, _ in await world.says(world.ola, room) if to]
        assert answers == asked[room], (answers, asked[room])


async def crowd(world):
    """A hundred questions of twenty people in ten rooms at once: all are answered, in each room in order."""
    people = []
    for i in range(20):
        account = await world.synapse.register(f"medlem{i}")
        people.append(Plain(world.synapse, world.http, account))
    world.bot.inviters.append(NAME)
    world.bot.write()
    await world.bot.end()
    await world.bot.start()

    async def furnish(i):
        one, other = people[2 * i], people[2 * i + 1]
        room = await one.room(world.bot.user, other.id)
        await other.call("POST", f"/join/{room}")
        await world.joined(one, room)
        return room

    rooms = await asyncio.gather(*(furnish(i) for i in range(10)))

    async def ask(i, person):
        for number in range(5):
            words = [CLOSING, HOME, "status hjemmekontor"][number % 3]
            await person.say(rooms[i], f"!ref {words}")

    began = time.monotonic()
    pairs = [(i, people[2 * i + j]) for i in range(10) for j in range(2)]
    await asyncio.gather(*(ask(i, person) for i, person in pairs))
    asked = time.monotonic() - began

    async def all_answered(i):
        person = people[2 * i]

        async def count():
            answers = [to for to, _ in await world.says(person, rooms[i]) if to]
            return len(answers) >= 10

        await eventually(count, f"room {i} is answered", 120)

    await asyncio.gather(*(all_answered(i) for i in range(10)))
    print(f"matrix: asked within {asked:.1f} s, all answered after {time.monotonic() - began:.1f} s")
    await asyncio.sleep(1)
    own = [line for line in world.synapse.said().splitlines() if "{@referent:" in line]
    assert [line for line in own if " 429 " in line], "the bot was never told to wait"
    assert [line for line in own if "/typing/" in line and " 200 " in line], "it is not seen working"
    for i, room in enumerate(rooms):
        events = await people[2 * i].messages(room)
        questions = [e["event_id"] for e in events if e["content"].get("body", "").startswith("!ref ")]
        answers = [to for to, _ in await world.says(people[2 * i], room) if to]
        assert len(questions) == 10 and answers == questions, (questions, answers)


async def unreadable(world):
    """What cannot be decrypted is answered once, and what can be is answered again."""
    kari = world.kari
    room = await world.encrypted_room()
    await kari.ask(room, CLOSING)
    devices = [d for d in kari.client.device_store.active_user_devices(world.bot.user)]
    for device in devices:
        kari.client.blacklist_device(device)
    kari.client.invalidate_outbound_session(room)
    closed = [await kari.say(room, CLOSING) for _ in range(2)]
    said = await kari.answer(closed[0], 40)
    assert UNREADABLE in said.body, said.body
    for device in devices:
        kari.client.unblacklist_device(device)
    kari.client.invalidate_outbound_session(room)
    _, _, content = await kari.ask(room, CLOSING)
    assert CLOSES in content["body"]
    await asyncio.sleep(13)
    assert not kari.answers(closed[1]) and len(kari.answers(closed[0])) == 1


async def restored(world):
    """The data folder is put back as it was before some answers: these are not given once more."""
    room = await world.ola.room(world.bot.user)
    await world.joined(world.ola, room)
    first = await world.ola.say(room, f"!ref {CLOSING}")
    await world.said_to(world.ola, room, first)
    await world.bot.end()
    copy = world.folder / "copy"
    shutil.copytree(world.bot.data, copy)
    await world.bot.start()
    second = await world.ola.say(room, f"!ref {HOME}")
    await world.said_to(world.ola, room, second)
    await world.bot.end()
    # The server takes a transaction once only for as long as it remembers it.
    await world.synapse.end()
    with sqlite3.connect(world.folder / "homeserver.db") as homeserver:
        forgotten = homeserver.execute("DELETE FROM event_txn_id_device_id").rowcount
    assert forgotten > 0
    await world.synapse.start()
    shutil.rmtree(world.bot.data)
    copy.rename(world.bot.data)
    third = await world.ola.say(room, "!ref siste")
    await world.bot.start()
    await world.said_to(world.ola, room, third)
    await asyncio.sleep(1)
    answers = [to for to, _ in await world.says(world.ola, room) if to]
    assert answers == [first, second, third], answers


async def upgraded(world):
    """A room is upgraded: the bot goes on in the one in its place, if it may be invited by who did that."""
    for person, follows in ((world.ola, True), (world.per, False)):
        room = await world.ola.room(preset="public_chat", room_version="10")
        levels = await world.ola.call("GET", f"/rooms/{room}/state/m.room.power_levels")
        levels["users"][world.per.id] = 100
        await world.ola.call("PUT", f"/rooms/{room}/state/m.room.power_levels", levels)
        await world.per.call("POST", f"/join/{room}")
        await world.ola.call("POST", f"/rooms/{room}/invite", {"user_id": world.bot.user})
        await world.joined(world.ola, room)
        upgraded = await person.call("POST", f"/rooms/{room}/upgrade", {"new_version": "11"})
        new = upgraded["replacement_room"]
        if person is world.per:
            await world.ola.call("POST", f"/join/{new}")

            def told():
                return f"{room} was upgraded by {world.per.id}" in world.bot.said()

            await eventually(told, "who upgraded it is in the log")
            assert await world.per.membership(new, world.bot.user) is None
            continue
        await world.joined(person, new)
        asked = await world.ola.say(new, f"!ref {CLOSING}")
        assert CLOSES in (await world.said_to(world.ola, new, asked))[0]
        findings = await world.bot.doctor()
        assert not [found for found in findings if room in found["at"]], findings


async def lost(world):
    """The keys are lost: the bot says so, comes back as a verified device and answers again."""
    kari = world.kari
    room = await world.encrypted_room()
    before, _, _ = await kari.ask(room, CLOSING)
    old = await device_keys(world)
    await world.bot.end()
    shutil.rmtree(world.bot.data / "matrix")
    await world.bot.start()
    assert "the account has new ones now" in world.bot.said()
    new = await device_keys(world)
    assert any(signed for device, (_, signed) in new.items() if device not in old), new
    fresh = set(new) - set(old)

    def known():
        devices = kari.client.device_store.active_user_devices(world.bot.user)
        return fresh <= {device.id for device in devices}

    await eventually(known, "Kari's client knows the new device")
    _, _, content = await kari.ask(room, CLOSING)
    assert CLOSES in content["body"]
    assert len(kari.answers(before)) == 1
    # With words that the keys are kept under, they come back, and nobody need verify the bot anew.
    await world.bot.end()
    world.bot.env["REFERENT_MATRIX_RECOVERY"] = "ti ord som bare eieren kjenner"
    await world.bot.start()
    own = await master(world)
    await world.bot.end()
    shutil.rmtree(world.bot.data / "matrix")
    await world.bot.start()
    assert "the keys of the Matrix account were recovered" in world.bot.said()
    assert await master(world) == own, "the account has other keys"
    latest = await device_keys(world)
    assert all(signed for device, (_, signed) in latest.items() if device not in new), latest
    del world.bot.env["REFERENT_MATRIX_RECOVERY"]


async def master(world):
    found = await world.ola.call("POST", "/keys/query", {"device_keys": {world.bot.user: []}})
    return found["master_keys"][world.bot.user]["keys"]


async def token(world):
    """With a token instead of the password; a second program is kept away, and a session that is ended
    from elsewhere is told of, as is a wrong password."""
    second = Bot(world.bot.referent, world.folder / "second", world.synapse, world.bot.inviters)
    for program, said in ((world.bot, "is used by another program"), (second, "refuses the password")):
        other = Bot(world.bot.referent, program.config.parent, world.synapse, world.bot.inviters)
        other.log = world.folder / "other.log"
        other.env["REFERENT_MATRIX_PASSWORD"] = "et annet passord"
        await other.launch(other.referent, "serve", *other.options(), env=other.env)
        assert await asyncio.wait_for(other.process.wait(), 30) == 1, other.said()
        assert said in other.said(), other.said()
    # Whom nobody let in keeps nobody out: another name is tried at once.
    typo = second.config.read_text()
    second.config.write_text(typo.replace("@referent:", "@referrent:"))
    findings = await second.doctor()
    assert [found for found in findings if "refuses the password" in found["finding"]], findings
    await second.launch(second.referent, "serve", *second.options(), env=second.env)
    assert await asyncio.wait_for(second.process.wait(), 30) == 1, second.said()
    second.write()
    findings = await second.doctor()
    assert not [found for found in findings if "refuses" in found["finding"]], findings
    await world.bot.end()
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "referent"},
        "password": PASSWORD,
    }
    account = await world.ola.call("POST", "/login", login)
    second.env = {"REFERENT_MATRIX_TOKEN": account["access_token"]}
    await second.start()
    assert "start once with REFERENT_MATRIX_PASSWORD" in second.said()
    room = await world.encrypted_room()
    _, _, content = await world.kari.ask(room, CLOSING)
    assert CLOSES in content["body"]
    await Plain(world.synapse, world.http, account).call("POST", "/logout", {})
    assert await asyncio.wait_for(second.process.wait(), 60) == 1
    assert "logged out of Matrix from elsewhere" in second.said()
    await world.bot.start()


async def visibility(world):
    """A collection is shown in its room, or where all are of its server; nothing tells of it elsewhere."""
    board = await world.ola.room(world.bot.user)
    hall = await world.ola.room(world.bot.user)
    for room in (board, hall):
        await world.joined(world.ola, room)
    await world.bot.end()
    rule = '[[matrix.show]]\ncollections = ["{}"]\n{} = "{}"\n'
    world.bot.write(
        rule.format("medbestemmelse", "room", board) + rule.format("rapporter", "server", NAME)
    )
    await world.bot.start()
    there = await world.ola.say(board, f"!ref {CLOSING}")
    elsewhere = await world.ola.say(hall, f"!ref {CLOSING}")
    assert CLOSES in (await world.said_to(world.ola, board, there))[0]
    declined = (await world.said_to(world.ola, hall, elsewhere))[0]
    assert CLOSES not in declined and "Jeg søkte i" in declined, declined
    latest = await world.ola.say(hall, "!ref siste")
    listed = (await world.said_to(world.ola, hall, latest))[0]
    assert "medbestem" not in listed.lower() and "1. " in listed, listed
    await world.bot.end()
    world.bot.write()
    await world.bot.start()


def minutes(title, day, words):
    return f'+++\ntitle = "{title}"\ndate = "{day}"\nkind = "minutes"\n+++\n\n# {title}\n\n{words}\n'


async def following(world):
    """What people follow in a room or alone is told there once, whatever happens to the bot meanwhile."""
    kari = world.kari
    await world.bot.end()
    folder = world.bot.knowledge = world.folder / "knowledge"
    shutil.copytree("knowledge", folder)
    await world.bot.start()
    room = await world.encrypted_room(direct=False)
    await kari.client.room_invite(room, world.ola.id)
    await world.ola.call("POST", f"/join/{room}")
    await kari.with_member(room, world.ola.id)
    # Only who manages the room decides, and sees first what would have been told.
    theirs = await world.ola.say(room, "!ref følg hjemmekontor")
    assert "navnet på rommet" in (await kari.answer(theirs)).body
    asked, shown, content = await kari.ask(room, "!ref følg drivhus med en gang")
    assert "ingen dokumenter" in content["body"] and "«ja»" in content["body"], content["body"]
    assert content["msgtype"] == "m.notice"
    _, _, content = await kari.ask(room, "ja", in_thread(asked, shown))
    assert "Nå følger jeg med på «drivhus»" in content["body"], content["body"]
    # Alone, a reaction will do.
    alone = await world.encrypted_room()
    _, shown, content = await kari.ask(alone, "følg sykkelparkering")
    yes = await kari.react(alone, shown, "👍")
    assert "Nå følger jeg med" in (await kari.answer(shown)).body
    assert not world.verdicts(shown) and yes
    (folder / "nytt.md").write_text(
        minutes("Møte om uterommet", "2026-11-20", "## Drivhus\n\nDet bygges et drivhus på taket i mai 2027.\n\n"
                "## Sykkelparkering\n\nFASA krever en sykkelparkering med tak ved Mølla.")
    )

    def told(where, words):
        found = [
            heard for place, heard in kari.heard
            if place == where and "Nytt dokument" in heard.source["content"].get("body", "")
        ]
        unique = {heard.event_id: heard for heard in found}.values()
        return [heard for heard in unique if words in heard.body]

    await eventually(lambda: told(room, "et drivhus på taket"), "the room is told", 60)
    await eventually(lambda: told(alone, "en sykkelparkering med tak"), "Kari is told", 60)
    letter = told(room, "drivhus")[0].source["content"]
    # Who follows something wants to be told: notices tell nobody.
    assert letter["msgtype"] == "m.text" and letter["m.mentions"] == {}, letter
    assert "<strong>" in letter["formatted_body"] and "sykkelparkering" not in letter["body"].lower()
    # Killed at the moment of sending, it tells neither twice nor never.
    (folder / "mer.md").write_text(minutes("Enda et møte", "2026-11-21", "## Drivhus\n\nEt drivhus til er bestilt."))
    await eventually(lambda: world.store("SELECT 1 FROM letter WHERE state = 'open'")
                     or told(room, "Enda et møte"), "a letter is written", 60)
    await world.bot.end(signal.SIGKILL)
    await world.bot.start()
    await eventually(lambda: told(room, "Enda et møte"), "the room is told", 60)
    await world.bot.end()
    await world.bot.start()
    await asyncio.sleep(3)
    assert len(told(room, "Enda et møte")) == 1 and len(told(room, "et drivhus på taket")) == 1
    assert len(told(alone, "")) == 1
    # What is followed alone is nobody else's affair.
    _, _, content = await kari.ask(room, "!ref følger")
    assert "1. «drivhus»" in content["body"] and "sykkel" not in content["body"], content["body"]
    _, _, content = await kari.ask(alone, "pause 1")
    assert "på pause" in content["body"], content["body"]
    _, _, content = await kari.ask(alone, "gjenoppta 1")
    assert "på pause" not in content["body"] and "sykkelparkering" in content["body"]
    _, _, content = await kari.ask(alone, "!ref slutt å følge sykkelparkering")
    assert "ikke lenger" in content["body"], content["body"]
    # Where it can be told no more, that is told to who wanted it.
    await kari.client.room_kick(room, world.bot.user)
    (folder / "sist.md").write_text(minutes("Siste møte", "2026-11-22", "## Drivhus\n\nEt drivhus er stengt."))

    def lost():
        return [h for place, h in kari.heard if place == alone and "satt det på pause" in getattr(h, "body", "")]

    await eventually(lost, "Kari is told that it is paused", 60)
    assert world.store("SELECT state FROM subscription") == [("lost",)]
    await kari.client.room_invite(room, world.bot.user)
    await kari.with_member(room, world.bot.user)
    _, _, content = await kari.ask(room, "!ref gjenoppta")
    await eventually(lambda: told(room, "Siste møte"), "what was missed is told", 60)
    await world.bot.end()
    world.bot.knowledge = None
    await world.bot.start()


async def adding(world):
    """Who may adds a document, encrypted as it is sent, and asks about it; nobody else does."""
    kari = world.kari
    await world.bot.end()
    folder = world.bot.knowledge = world.folder / "added"
    shutil.copytree("knowledge", folder)
    rule = '[[matrix.add]]\ncollection = "medbestemmelse"\nusers = ["{}"]\n'
    world.bot.write(rule.format(kari.id))
    await world.bot.start()
    room = await world.encrypted_room()
    words = minutes("Møte om kaffe", "2026-11-20", "## Kaffe\n\nKaffemaskinen i kantina byttes 3. mai 2027.")
    sent = await kari.file(room, "Møte om kaffe.md", words.encode())
    _, _, content = await kari.ask(room, "!ref legg til", {"m.in_reply_to": {"event_id": sent}})
    assert "Møte om kaffe" in content["body"], content["body"]
    assert (folder / "medbestemmelse" / "Møte om kaffe.md").read_text() == words
    _, _, content = await kari.ask(room, "Når byttes kaffemaskinen i kantina?")
    assert "3. mai 2027" in content["body"], content["body"]
    # Under the file; what is no document, or cannot be one, is refused.
    sent = await kari.file(room, "Møte om kaffe.md", words.encode(), "!ref add")
    assert "Møte om kaffe" in (await kari.answer(sent)).body
    for name, content in (("virus.exe", b"MZ"), ("tom.pdf", b"ikke en pdf")):
        sent = await kari.file(room, name, content, "!ref add")
        await kari.answer(sent)
    _, _, content = await kari.ask(room, "!ref add")
    assert "Send it here" in content["body"], content["body"]
    open_room = await world.ola.room(world.bot.user)
    await world.joined(world.ola, open_room)
    asked = await world.ola.say(open_room, "!ref legg til")
    before = await world.said_to(world.ola, open_room, asked)
    assert "Hvilket" not in before[0], before
    assert len(list((folder / "medbestemmelse").iterdir())) == len(list(Path("knowledge/medbestemmelse").iterdir())) + 1
    assert not list(world.bot.data.rglob("*.part"))
    _, _, content = await kari.ask(room, "!ref kilder")
    assert "kilder" in content["body"].lower(), content["body"]
    await world.bot.end()
    world.bot.knowledge = None
    world.bot.write()
    await world.bot.start()


async def secrets(world):
    """The log holds neither what people wrote nor what opens the account; the end is clean."""
    tokens = (world.bot.data / "matrix" / "session.json").read_text()
    assert (world.bot.data / "matrix" / "session.json").stat().st_mode & 0o77 == 0
    token = tokens.split('"access_token":"')[1].split('"')[0]
    assert await world.bot.end() == 0, "the end is not clean"
    log = world.bot.said()
    for secret in (PASSWORD, token, "KARVE", "working from home", "hjemmekontor"):
        assert secret not in log, f"the log holds {secret}"
    assert "panicked" not in log


ALL = [history, encrypted, verified, direct, threads, killed, outage, upgraded, restored, crowd, unreadable, lost, token, visibility, following, adding, secrets]


async def main(referent):
    only = os.environ.get("MATRIX_ONLY")
    folder = Path(tempfile.mkdtemp(prefix="referent-matrix-"))
    world = World(folder, referent)
    failed = []
    try:
        await world.start()
        if only:
            await world.bot.start()
        for conversation in ALL:
            if only and conversation.__name__ not in only.split(","):
                continue
            began = time.monotonic()
            try:
                await asyncio.wait_for(conversation(world), 240)
                how = "ok"
            except Exception:
                traceback.print_exc()
                failed.append(conversation.__name__)
                how = "FAILED"
            print(f"matrix: {conversation.__name__} {how} ({time.monotonic() - began:.1f} s)", flush=True)
    finally:
        await world.stop()
    if failed:
        print(f"matrix: failed: {', '.join(failed)}; logs are in {folder}", file=sys.stderr)
        print(world.bot.said()[-6000:], file=sys.stderr)
        return 1
    if os.environ.get("MATRIX_KEEP"):
        print(f"matrix: logs are in {folder}")
    else:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
