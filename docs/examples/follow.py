#!/usr/bin/env python3
"""A small Rowcast client, written from docs/PROTOCOL.md. Needs Python 3.9 and pyzmq (Debian: python3-zmq).

  follow.py ADDRESS login USER                prints a token (password: ROWCAST_PASSWORD, or you are asked)
  follow.py ADDRESS insert TABLE col=value …  inserts a row (token: ROWCAST_TOKEN)
  follow.py ADDRESS watch TABLE [--count N]   prints the table as one line, then each change as one line
  follow.py ADDRESS request JSON              sends any request, prints the reply (v, id, ROWCAST_TOKEN are added)

ADDRESS is rowcast://HOST:PORT?feed=PORT; ports left out are 5555 and 5556. FD1 … FD14 are the rules of section 11.
"""
import argparse, getpass, json, os, random, sys, time, uuid
from collections import deque
from urllib.parse import parse_qs, urlsplit

import zmq

WAIT = {"busy", "unavailable", "login_throttled"}  # refusals that end by themselves: the same is sent again
FINAL = set("""bad_request unsupported_version unknown_type too_large login_required session_expired forbidden
    login_failed invalid table_not_found table_exists row_not_found version_conflict command_id_reused too_old
    wrong_epoch ahead_of_server""".split())  # every other code is met like `internal`: a few more tries
BUFFER_BYTES = 64 * 1024 * 1024  # how much of the feed may wait while we are busy elsewhere (FD14)


class NoAnswer(Exception):
    """No answer in time. A command may have taken effect: its outcome is unknown, it has not failed."""


class Refused(Exception):
    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code, self.retry_after = error["code"], error.get("retryAfterMs", 0) / 1000


class StartOver(Exception):
    """What we hold is void; a new snapshot must be taken (FD3)."""


def backoff():
    """Pauses in seconds: 0.1 doubling to 5, each times a random factor, so that clients do not fall in step."""
    pause = 0.1
    while True:
        yield pause * random.uniform(1, 1.5)
        pause = min(2 * pause, 5)


class Server:
    """A REQ socket for requests, and a SUB socket for the feed once follow() was called."""

    def __init__(self, address):
        url = urlsplit(address)
        host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
        self.commands_at = f"tcp://{host}:{url.port or 5555}"
        self.feed_at = f"tcp://{host}:{parse_qs(url.query).get('feed', ['5556'])[0]}"
        self.context, self.commands, self.feed = zmq.Context(), None, None
        self.topic, self.buffer, self.buffered = b"", deque(), 0  # messages as (kind, header, lines, bytes)
        self.welcomed, self.last_head = False, None

    def open(self, kind, endpoint, topics=()):
        socket = self.context.socket(kind)
        for option, value in ((zmq.LINGER, 0), (zmq.HEARTBEAT_IVL, 1000), (zmq.HEARTBEAT_TIMEOUT, 3000), (zmq.IPV6, 1)):
            socket.setsockopt(option, value)
        for topic in topics:
            socket.setsockopt(zmq.SUBSCRIBE, topic)
        socket.connect(endpoint)
        return socket

    def request(self, fields, within=10.0):
        """Sends one request until it is answered: always the same bytes under the same id, so that a command takes
        effect once, however often it is sent. Gives the reply and the entries of its second frame, as bytes."""
        frame = json.dumps({"v": 1, "id": str(uuid.uuid4()), **fields}, ensure_ascii=False).encode()
        end, patience, tries, pauses = time.monotonic() + within, 2.0, 0, backoff()
        while True:
            tries, pause = tries + 1, next(pauses)
            self.commands = self.commands or self.open(zmq.REQ, self.commands_at)
            self.commands.send(frame)
            parts = self.receive(self.commands, min(time.monotonic() + patience, end))
            answer = self.read_reply(*parts) if parts else None
            problem = NoAnswer(f"no reply from {self.commands_at}: it is unknown whether a command took effect")
            if answer and answer[0]["ok"]:
                return answer
            if answer:
                problem = Refused(answer[0]["error"])
                if problem.code in FINAL or (problem.code not in WAIT and tries == 5):
                    raise problem
                pause = max(pause, problem.retry_after)
            else:  # a REQ socket whose reply does not come is stuck: the next try has another one
                self.commands.close()
                self.commands, patience = None, min(2 * patience, 30)
            if time.monotonic() + pause >= end:
                raise problem
            self.receive(None, time.monotonic() + pause)

    @staticmethod
    def read_reply(first, second=None):
        reply, lines = json.loads(first), []
        if reply["ok"] and second is not None:
            *lines, end = second.split(b"\n")  # not splitlines(), which knows more ends of lines than U+000A
            if json.loads(end).get("end", {}).get("count") != len(lines) or len(lines) != reply["count"]:
                return None  # a broken reply, not a short one
        return reply, lines

    def receive(self, socket, until):
        """The next message of a socket, or None at that time; with no socket a pause until then. What the feed brings
        meanwhile goes into the buffer."""
        poller = zmq.Poller()
        for each in (socket, self.feed):
            if each:
                poller.register(each, zmq.POLLIN)
        while True:
            left = until - time.monotonic()
            ready = dict(poller.poll(max(0, min(left, 60)) * 1000))
            if self.feed in ready:
                self.drain()
            if socket in ready:
                return socket.recv_multipart()
            if left <= 0:
                return None

    def follow(self, table):
        """FD1, FD2: connects a new socket and waits for the welcome and the first head behind it. The server then
        has all our subscriptions, so a snapshot read from now on leaves no hole between itself and the feed."""
        self.topic = f"table/{table}/".encode()
        for pause in backoff():
            if self.feed:
                self.feed.close()
            self.feed = self.open(zmq.SUB, self.feed_at, [b"head", self.topic, b"welcome"])
            self.welcomed, self.last_head, until = False, None, time.monotonic() + 3
            while self.last_head is None and self.feed.poll(max(0, until - time.monotonic()) * 1000):
                self.drain()
            if self.last_head is not None:
                return
            print(f"no feed at {self.feed_at}: trying again", file=sys.stderr)
            time.sleep(pause)

    def drain(self):
        """Moves what has arrived into the buffer."""
        while self.feed.poll(0):
            parts = self.feed.recv_multipart()
            if parts[0].startswith(b"welcome{"):
                message = ("welcome", json.loads(parts[0][len("welcome"):]), [])
                self.welcomed = True
            elif parts[0] == b"head" and self.welcomed:
                message = ("head", json.loads(parts[1]), [])
                self.last_head = time.monotonic()
            elif parts[0] == self.topic:
                message = ("table", json.loads(parts[1]), parts[2].split(b"\n"))
            else:
                continue  # a prefix brings later topics too, which we do not know
            size = sum(map(len, parts))
            if self.buffered + size > BUFFER_BYTES:  # FD14: all of it goes, and what was lost is read from the log
                self.buffer.clear()
                self.buffered, size, message = 0, 0, ("overflow", {}, [])
            self.buffer.append((*message, size))
            self.buffered += size

    def message(self):
        """The next message of the feed as (kind, header, lines), or None when no head came for 3 s (FD12)."""
        while not self.buffer:
            if not self.feed.poll(max(0, self.last_head + 3 - time.monotonic()) * 1000):
                return None
            self.drain()
        *message, size = self.buffer.popleft()
        self.buffered -= size
        return message

    def forget_other_lives(self, epoch):
        """FD4: of what arrived before a snapshot, only messages of the snapshot's epoch have a meaning."""
        kept = [each for each in self.buffer if each[0] == "overflow" or each[1]["epoch"] == epoch]
        self.buffer, self.buffered = deque(kept), sum(each[-1] for each in kept)


class Follower:
    """Holds one table live. Each snapshot goes to show_snapshot(dict), each group of changes to show_entries(lines);
    whoever wants the rows themselves applies the entries to the snapshot, as section 8 says."""

    def __init__(self, server, table, show_snapshot, show_entries):
        self.server, self.table, self.show_snapshot, self.show_entries = server, table, show_snapshot, show_entries
        self.seq, self.epoch = 0, ""  # the position P: everything up to here was shown, nothing beyond

    def run(self):
        self.server.follow(self.table)
        self.take_snapshot()
        while True:
            message = self.server.message()
            if message is None:  # FD12: a new socket, the old position
                print("no head for 3 s: connecting again", file=sys.stderr)
                self.server.follow(self.table)
                continue
            try:
                self.take(*message)
            except StartOver:
                self.take_snapshot()

    def take_snapshot(self):
        """FD3. Every page is as of the seq of the first one."""
        while True:
            query, pages = {"type": "row.list", "table": self.table}, []
            try:
                while not pages or "next" in pages[-1]:
                    after = {"after": pages[-1]["next"]} if pages else {}
                    pages.append(self.server.request({**query, **after}, float("inf"))[0])
                break
            except Refused as refused:
                if refused.code == "table_not_found":  # an empty replica, as of a list that does not name the table
                    pages = [self.server.request({"type": "table.list"}, float("inf"))[0]]
                    if all(each["definition"]["name"] != self.table for each in pages[0]["tables"]):
                        break
                elif refused.code not in ("too_old", "wrong_epoch"):
                    raise
        self.seq, self.epoch = pages[0]["seq"], pages[0]["epoch"]
        self.server.forget_other_lives(self.epoch)
        self.show_snapshot({"table": self.table, "seq": self.seq, "epoch": self.epoch,
                            "definition": pages[0].get("definition"),
                            "rows": [row for page in pages for row in page.get("rows", [])]})

    def take(self, kind, header, lines):
        """One message of the feed."""
        if kind == "overflow":
            return self.heal()
        if header["epoch"] != self.epoch:
            raise StartOver  # FD5
        if kind == "table":
            for pause in backoff():
                if header["last"] <= self.seq:
                    return  # FD6: known, from the snapshot or from healing
                entries = [] if header.get("omitted") else [(json.loads(line)["seq"], line) for line in lines]
                intact = len(entries) == header["count"] and entries[-1][0] == header["last"]
                if intact and header["previous"] <= self.seq:
                    return self.apply([line for seq, line in entries if seq > self.seq], header["last"])  # FD8
                before = self.seq
                self.heal()  # FD7
                if self.seq == before:  # the server that we ask is behind the feed
                    self.server.receive(None, time.monotonic() + pause)
        elif header["tables"].get(self.table, 0) > self.seq:
            self.heal()  # FD9: a head, or a welcome, that knows a later change
        else:
            self.seq = max(self.seq, header["seq"])  # FD9: nothing happened to the table up to here

    def heal(self):
        """FD10, FD11: reads what is missing from the log. Groups are shown whole or not yet."""
        after, held, held_last, pauses, give_up = self.seq, [], 0, backoff(), time.monotonic() + 5
        while True:
            query = {"type": "log.read", "table": self.table, "after": after, "epoch": self.epoch}
            try:
                reply, lines = self.server.request(query, float("inf"))
            except Refused as refused:
                if refused.code == "ahead_of_server" and time.monotonic() < give_up:
                    self.server.receive(None, time.monotonic() + next(pauses))
                    continue
                if refused.code in ("wrong_epoch", "too_old", "ahead_of_server"):
                    raise StartOver from None
                raise
            for line in lines:
                entry = json.loads(line)
                last = entry.get("group", [0, entry["seq"]])[1]
                if held and last != held_last:  # a later group has begun: the one before it is whole
                    self.apply(held, held_last)
                    held = []
                held, held_last = [*held, line], last
            after = reply["last"]
            if not reply["more"]:
                if held:
                    self.apply(held, held_last)
                self.seq = max(self.seq, reply["head"])
                return

    def apply(self, lines, last):
        self.show_entries(lines)
        self.seq = last


def cell(text, type_name):
    """A value from the command line in the form that its column's type has on the wire (section 4)."""
    if type_name == "text" or (type_name in ("decimal", "date", "timestamp") and text != "null"):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text  # the server says what is wrong with it
    return text if type_name == "integer" and isinstance(value, int) and abs(value) >= 2**53 else value


def insert(server, table, pairs):
    definition = server.request({"type": "row.list", "table": table, "limit": 1})[0]["definition"]
    types = {column["name"]: column["type"] for column in definition["columns"]}
    row = {name: cell(text, types.get(name, "text")) for name, text in (pair.split("=", 1) for pair in pairs)}
    return server.request({"type": "row.insert", "token": os.environ["ROWCAST_TOKEN"], "table": table, "row": row})[0]
