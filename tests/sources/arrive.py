"""Documents that arrive by themselves, from a real server: run by run.sh."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

REFERENT = sys.argv[1]
MODULE = "/usr/lib/nginx/modules/ngx_http_dav_ext_module.so"
USER, PASSWORD = "kari", "stor hemmelighet"


def minutes(thing, cost):
    return f"# Møte om {thing}\n\n12. juni 2026\n\n## Sak 1/26: {thing}\n\nUtvalget vedtok å kjøpe {thing} for {cost} kroner.\n"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Odd:
    """Servers that no web server is: one that never answers, one that never ends, and one that nobody may ask."""

    def __init__(self):
        self.silent, self.endless, self.inside = (self.listen(answer) for answer in (None, self.flood, self.secret))
        self.asked_inside = 0

    def listen(self, answer):
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self.talk, args=(connection, answer), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    def talk(self, connection, answer):
        try:
            request = connection.recv(65536)
            if answer is None:
                time.sleep(60)
            elif b"/robots.txt" in request and answer == self.flood:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                answer(connection)
            connection.close()
        except OSError:
            pass

    def flood(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nTransfer-Encoding: chunked\r\n\r\n")
        part = b"%PDF-1.7\n" + b"x" * 65527
        while True:
            connection.sendall(b"10000\r\n" + part + b"\r\n")

    def secret(self, connection):
        self.asked_inside += 1
        body = minutes("hemmeligheten", 1).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/markdown\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


ODD = Odd()


class Server:
    """nginx on a folder."""

    def __init__(self, root):
        self.root, self.port = root, free_port()
        self.www = root / "www"
        (self.www / "dav").mkdir(parents=True)
        (root / "temp").mkdir()
        (root / "htpasswd").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        user = "user root;" if os.getuid() == 0 else ""
        temp = "".join(f"{kind}_temp_path {root}/temp/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (root / "nginx.conf").write_text(f"""
            {user} load_module {MODULE}; daemon off; pid {root}/nginx.pid; error_log {root}/error.log;
            events {{}}
            http {{
              {temp} access_log {root}/access.log;
              log_format lines '$request_method $request_uri $status'; access_log {root}/lines.log lines;
              types {{ text/html html; application/pdf pdf; text/markdown md; text/plain txt; application/rss+xml xml; }}
              server {{
                listen 127.0.0.1:{self.port}; root {self.www}; charset utf-8;
                location /loop1 {{ return 302 /loop2; }}
                location /loop2 {{ return 302 /loop1; }}
                location /moved {{ return 301 /feed.xml; }}
                location /inside {{ return 302 http://127.0.0.1:{ODD.inside}/hemmelig.md; }}
                location /name {{ return 302 http://localhost:{ODD.inside}/hemmelig.md; }}
                location /busy {{ add_header Retry-After 7200 always; return 429; }}
                location /silent {{ proxy_pass http://127.0.0.1:{ODD.silent}; proxy_read_timeout 600; }}
                location /endless {{ proxy_pass http://127.0.0.1:{ODD.endless}; proxy_http_version 1.1; proxy_buffering off; proxy_max_temp_file_size 0; }}
                location = /logg-inn.pdf {{ default_type text/html; return 200 '<!DOCTYPE html><html><body>Logg inn</body></html>'; }}
                location /dav/ {{
                  auth_basic "filer"; auth_basic_user_file {root}/htpasswd;
                  dav_methods PUT DELETE MKCOL; dav_ext_methods PROPFIND OPTIONS;
                }}
              }}
            }}""")
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", str(root), "-e", str(root / "error.log"), "-c", str(root / "nginx.conf")])
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("nginx does not start: " + (root / "error.log").read_text())

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def write(self, path, content):
        target = self.www / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def feed(self, *entries, path="feed.xml"):
        """An RSS feed of (title, address, published)."""
        items = "".join(
            f"<item><title>{title}</title><link>{self.url(at)}</link><enclosure url='{self.url(at)}' type='text/markdown' length='1'/><pubDate>{published}</pubDate></item>"
            for title, at, published in entries
        )
        self.write(path, f"<rss version='2.0'><channel><title>Referater</title>{items}</channel></rss>")

    def requests(self):
        """What was asked since this was asked last."""
        lines = self.root / "lines.log"
        asked = lines.read_text().split("\n")[:-1] if lines.exists() else []
        seen, self.seen = getattr(self, "seen", 0), len(asked)
        return asked[seen:]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class Desk:
    """A folder with documents and data, and the program on it."""

    def __init__(self, root, sources):
        self.root = root / "desk"
        shutil.rmtree(self.root, ignore_errors=True)
        self.knowledge = self.root / "knowledge"
        self.knowledge.mkdir(parents=True)
        self.configure(sources)

    def configure(self, sources, more=""):
        text = "[extraction]\nfile_mib = 1\n" + more
        for source in sources:
            source = {"name": "a", "collection": "nett", "pause_seconds": 0, "timeout_seconds": 1} | source
            text += "[[source]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in source.items())
        (self.root / "config.toml").write_text(text)

    def command(self, *arguments):
        return [REFERENT, "--config", str(self.root / "config.toml"), "--knowledge", str(self.knowledge), "--data", str(self.root / "data"), *arguments]

    def environment(self, **more):
        return os.environ | {"NO_COLOR": "1"} | more

    def run(self, *arguments, **more):
        ran = subprocess.run(self.command("--json", *arguments), env=self.environment(**more), capture_output=True, text=True, timeout=180)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def fetch(self, **more):
        return self.run("sources", "--fetch", **more)[0]

    def files(self):
        return sorted(str(path.relative_to(self.knowledge)) for path in self.knowledge.rglob("*") if path.is_file())

    def again(self):
        """Lets everything be due at once."""
        import sqlite3

        with sqlite3.connect(self.root / "data/referent.sqlite") as store:
            store.execute("UPDATE source SET next = 0")
            store.execute("UPDATE source_item SET next = 0")


def check(what, truth):
    assert truth, what


def a_feed_is_fetched_once_whatever_its_order(server, root):
    june, may = ("Juni", "/filer/juni.md", "Fri, 12 Jun 2026 10:00:00 GMT"), ("Mai", "/filer/mai.txt", "Fri, 15 May 2026 10:00:00 GMT")
    server.write("filer/juni.md", minutes("badstuen", "31 000"))
    server.write("filer/mai.txt", "Vi snakket om løst og fast, og bestemte ingenting av betydning for noen.\n")
    server.feed(june, may)
    desk = Desk(root, [{"feed": server.url("/moved")}])
    state = desk.fetch()
    assert (state["documents"], state["failed"], state["failing_since"]) == (2, 0, None), state
    assert desk.files() == ["nett/juni.md", "nett/juni.md.toml", "nett/mai.txt", "nett/mai.txt.toml"], desk.files()
    # The file says its title and date itself; of the other, the feed does.
    assert (desk.knowledge / "nett/juni.md.toml").read_text() == f'url = "{server.url("/filer/juni.md")}"\n'
    assert 'date = "2026-05-15"' in (desk.knowledge / "nett/mai.txt.toml").read_text()
    answer = desk.run("ask", "Hva koster badstuen?")
    assert "31 000" in answer["excerpts"][0]["text"] and answer["excerpts"][0]["link"].startswith(server.url("/filer/juni.md")), answer
    server.requests()
    desk.fetch()
    asked = server.requests()
    assert not [line for line in asked if "/filer/" in line] and "GET /feed.xml 304" in asked, asked
    # In another order, with one twice, and a new one.
    server.write("filer/juli.md", minutes("kajakken", "9 500"))
    server.feed(("Juli", "/filer/juli.md", "Fri, 10 Jul 2026 10:00:00 GMT"), may, june, june)
    desk.fetch()
    asked = [line for line in server.requests() if "/filer/" in line]
    assert asked == ["GET /filer/juli.md 200"], asked
    assert desk.fetch()["documents"] == 3
    # What somebody removes here is not fetched again.
    (desk.knowledge / "nett/juli.md").unlink()
    server.feed(june)
    desk.fetch()
    assert "nett/juli.md" not in desk.files()


def a_page_lists_documents_and_its_robots_txt_is_kept(server, root):
    server.write("robots.txt", "User-agent: *\nDisallow: /hemmelig/\n")
    server.write("ref/a.md", minutes("naustet", "88 000"))
    server.write("ref/A.md", minutes("robåten", "19 000"))
    server.write("hemmelig/b.md", minutes("gullet", "1"))
    server.write("liste.html", f"""<html><body><a href="/om.md">Om</a><ul class="ref"><li><a href="ref/a.md">Naust</a><li><a href="ref/A.md#side">Båt</a>
        <li><a href="/hemmelig/b.md">Gull</a><li><a href="http://127.0.0.1:{ODD.inside}/c.md">Annet</a></ul></body></html>""")
    desk = Desk(root, [{"page": server.url("/liste.html"), "select": ".ref a"}])
    (desk.knowledge / "nett").mkdir()
    (desk.knowledge / "nett/a.md").write_text("Min egen fil.\n")
    state = desk.fetch()
    assert (state["documents"], state["failed"], state["left_out"]) == (2, 1, 1), state
    assert "robots.txt" in state["first_failure"][1], state
    assert not [line for line in server.requests() if "hemmelig" in line]
    assert (desk.knowledge / "nett/a.md").read_text() == "Min egen fil.\n"
    assert desk.files().count("nett/a (2).md") == 1, desk.files()
    # Corrected: another file takes the place of the one that was fetched, and of no other. Its length differs, as
    # nginx tells versions apart by length and second.
    server.write("ref/a.md", minutes("naustet", "105 000"))
    import sqlite3

    with sqlite3.connect(desk.root / "data/referent.sqlite") as store:
        store.execute("UPDATE source_item SET checked = checked - 100000")
    desk.fetch()
    asked = server.requests()
    assert "GET /ref/a.md 200" in asked and "GET /ref/A.md 304" in asked, asked
    assert "105 000" in (desk.knowledge / "nett/a (2).md").read_text()
    (server.www / "robots.txt").unlink()


def what_goes_wrong_is_said_and_leaves_nothing_behind(server, root):
    with open(server.www / "stor.pdf", "wb") as file:
        file.truncate(1 << 30)
    bad = {
        "/borte.pdf": "404",
        "/busy/a.pdf": "429",
        "/loop1": "again and again",
        "/inside": "private network",
        "/name": "private network",
        "/logg-inn.pdf": "log in",
        "/stor.pdf": "more than 1 MiB",
        "/endless/a.pdf": "more than 1 MiB",
        "/silent/a.pdf": "in time",
    }
    for path, reason in bad.items():
        server.write("liste.html", f"<html><body><a href='{path}'>Referat</a></body></html>")
        desk = Desk(root, [{"page": server.url("/liste.html"), "select": "a"}])
        began = time.monotonic()
        state = desk.fetch()
        took = time.monotonic() - began
        assert reason in state["first_failure"][1], (path, state)
        assert desk.files() == [] and state["documents"] == 0, (path, desk.files())
        assert list((desk.root / "data/downloads").iterdir()) == [], path
        assert took < 20, (path, took)
        if "429" in reason:
            assert abs(state["next"] - time.time() - 7200) < 60, state
        else:
            # One document's trouble is not its source's.
            assert state["failing_since"] is None, (path, state)
    assert ODD.asked_inside == 0
    for path, reason in {"/borte.xml": "404", "/loop1": "again and again", "/inside": "private network", "/silent": "in time", "/busy": "429", "/liste.html": "no Atom or RSS"}.items():
        desk = Desk(root, [{"feed": server.url(path)}])
        state = desk.fetch()
        assert reason in state["reason"] and state["failing_since"], (path, state)
        findings = desk.run("doctor")["findings"]
        assert any(finding["at"] == "[[source]] a" and reason in finding["finding"] for finding in findings), findings
    assert ODD.asked_inside == 0
    # Nobody listens there.
    desk = Desk(root, [{"feed": f"http://127.0.0.1:{free_port()}/"}])
    assert "cannot be reached" in desk.fetch()["reason"]


def a_webdav_folder_is_kept_in_step(server, root):
    desk = Desk(root, [{"webdav": server.url("/dav/"), "user": USER}])
    secret = {"REFERENT_SOURCE_A_PASSWORD": PASSWORD}
    assert "REFERENT_SOURCE_A_PASSWORD is not set" in desk.fetch()["reason"]
    assert "password" in desk.fetch(REFERENT_SOURCE_A_PASSWORD="feil")["reason"]
    server.write("dav/Møte & sak.md", minutes("badstuen", "31 000"))
    server.write("dav/2026/juni/juni.md", minutes("kajakken", "9 500"))
    server.write("dav/.skjult.md", "nei")
    server.write("dav/bilde.png", "nei")
    state = desk.fetch(**secret)
    assert state["documents"] == 2 and not state["reason"], state
    assert desk.files() == ["nett/Møte & sak.md", "nett/juni.md"], desk.files()
    server.requests()
    desk.fetch(**secret)
    assert not [line for line in server.requests() if line.startswith("GET")]
    # Changed, and gone; what somebody has changed here stays.
    time.sleep(1.1)
    server.write("dav/2026/juni/juni.md", minutes("kajakken", "8 500"))
    desk.fetch(**secret)
    assert "8 500" in (desk.knowledge / "nett/juni.md").read_text()
    (server.www / "dav/Møte & sak.md").unlink()
    desk.fetch(**secret)
    assert desk.files() == ["nett/juni.md"], desk.files()
    server.write("dav/mai.md", minutes("naustet", "88 000"))
    desk.fetch(**secret)
    (desk.knowledge / "nett/mai.md").write_text("Rettet for hånd.\n")
    (server.www / "dav/mai.md").unlink()
    desk.fetch(**secret)
    assert (desk.knowledge / "nett/mai.md").read_text() == "Rettet for hånd.\n"
    # A folder that is empty all of a sudden is a mistake, and not the will to remove everything.
    server.write("dav/april.md", minutes("teltet", "700"))
    desk.fetch(**secret)
    shutil.rmtree(server.www / "dav")
    (server.www / "dav").mkdir()
    state = desk.fetch(**secret)
    assert "all of a sudden" in state["reason"] and "nett/april.md" in desk.files(), state


def what_arrives_is_answered_from_while_the_program_runs(server, root):
    server.write("filer/teltet.md", minutes("teltet", "7 000"))
    server.feed(("Telt", "/filer/teltet.md", "Fri, 12 Jun 2026 10:00:00 GMT"))
    desk = Desk(root, [])
    port = free_port()
    desk.configure([{"feed": server.url("/feed.xml")}], more=f'[web]\nlisten = "127.0.0.1:{port}"\n')
    log = open(desk.root / "log", "w")
    program = subprocess.Popen(desk.command("serve"), env=desk.environment(REFERENT_LOG="referent=debug"), stdout=log, stderr=log)
    try:
        said = lambda: (desk.root / "log").read_text()
        for _ in range(300):
            if "nett/teltet.md: Added" in said():
                break
            assert program.poll() is None, said()
            time.sleep(0.1)
        assert "nett/teltet.md: Added" in said(), said()
        assert said().count("up to date:") == 1, said()
    finally:
        program.send_signal(signal.SIGTERM)
        assert program.wait(40) == 0


TESTS = [
    a_feed_is_fetched_once_whatever_its_order,
    a_page_lists_documents_and_its_robots_txt_is_kept,
    what_goes_wrong_is_said_and_leaves_nothing_behind,
    a_webdav_folder_is_kept_in_step,
    what_arrives_is_answered_from_while_the_program_runs,
]


def main():
    only = os.environ.get("SOURCES_ONLY", "")
    failed = []
    with tempfile.TemporaryDirectory(prefix="referent-sources-") as folder:
        for number, test in enumerate(TESTS):
            if only not in test.__name__:
                continue
            root = pathlib.Path(folder) / str(number)
            root.mkdir()
            server = Server(root)
            try:
                test(server, root)
                print(f"sources: {test.__name__} ... ok", flush=True)
            except AssertionError as error:
                import traceback

                traceback.print_exc()
                print(f"sources: {test.__name__} ... FAILED: {error}", flush=True)
                failed.append(test.__name__)
            finally:
                server.end()
    sys.exit(1 if failed else 0)


main()
