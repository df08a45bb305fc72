#!/usr/bin/env python3
"""A small Rowcast client, written from docs/PROTOCOL.md. Needs Python 3.9 and pyzmq (Debian: python3-zmq).

  follow.py ADDRESS login USER                prints SESSION.SECRET (password: ROWCAST_PASSWORD, or you are asked)
  follow.py ADDRESS insert TABLE col=value …  inserts a row (session: ROWCAST_TOKEN=SESSION.SECRET)
  follow.py ADDRESS watch TABLE [--count N]   prints the table as one line, then each change as one line
  follow.py ADDRESS request JSON              sends any request, prints the reply (v, id and a proof are added)

ADDRESS is rowcast://HOST:PORT?feed=PORT&key=KEY, as the server prints it. FD1 … FD14 are the rules of section 11.
"""
import argparse, base64, getpass, hashlib, hmac, json, os, random, sys, time, uuid
from urllib.parse import parse_qs, urlsplit

import zmq
from zmq.utils import z85

FOREVER = float("inf")
WAIT = {"busy", "unavailable", "login_throttled"}  # refusals that end by themselves: the same is sent again
FINAL = set("""bad_request unsupported_version unknown_type too_large login_required session_expired forbidden
    login_failed account_not_found account_exists last_administrator invalid table_not_found table_exists row_not_found version_conflict command_id_reused too_old
    wrong_epoch ahead_of_server""".split())  # every other code is met like `internal`: with a few more tries


class NoAnswer(Exception):
    """No answer that settles it. A command may have taken effect: its outcome is unknown, it has not failed."""


class Refused(Exception):
    def __init__(self, reply):
        super().__init__(f"{reply['error']['code']}: {reply['error']['message']}")
        self.reply, self.code = reply, reply["error"]["code"]
        self.retry_after = reply["error"].get("retryAfterMs", 0) / 1000


class StartOver(Exception):
    """What the follower holds is void: feed and snapshot must be taken anew (FD3)."""


def backoff():
    """Pauses in seconds: 0.1 doubling to 5, each times a random factor, so that clients do not fall in step."""
    pause = 0.1
    while True:
        yield pause * random.uniform(1, 1.5)
        pause = min(2 * pause, 5)


class Server:
    """A REQ socket for requests and, once follow() was called, a SUB socket for the feed."""

    def __init__(self, address):
        url = urlsplit(address)
        if url.scheme != "rowcast" or not url.hostname:
            sys.exit(f"{address} is not of the form rowcast://HOST:PORT?feed=PORT&key=KEY")
        host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
        self.commands_at = f"tcp://{host}:{url.port or 5555}"
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.feed_at, key = f"tcp://{host}:{query.get('feed', '5556')}", query.get("key")
        if not key and url.hostname not in ("localhost", "127.0.0.1", "::1"):
            sys.exit(f"{address} has no key: nothing would be encrypted, and anybody could be the server")
        # CURVE: the server's key is pinned, ours is made anew for each run (section 1).
        self.server_key = key and z85.encode(base64.urlsafe_b64decode(key + "="))
        self.public_key, self.secret_key = zmq.curve_keypair() if key else (None, None)
        self.context, self.commands, self.feed = zmq.Context(), None, None
        self.topic, self.last_head = b"", 0.0
        self.session, self.secret, self.nonce, self.count = None, b"", "none", 0
        if "ROWCAST_TOKEN" in os.environ:
            self.session, secret = os.environ["ROWCAST_TOKEN"].split(".")
            self.secret = base64.urlsafe_b64decode(secret + "=")

    def open(self, kind, endpoint, topics=()):
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)  # a closed socket must not send what it still had
        socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)  # a dead link is noticed, and libzmq connects again
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3000)
        socket.setsockopt(zmq.RCVHWM, 10_000)
        socket.setsockopt(zmq.IPV6, 1)
        if self.server_key:
            socket.curve_serverkey, socket.curve_publickey = self.server_key, self.public_key
            socket.curve_secretkey = self.secret_key
        for topic in topics:
            socket.setsockopt(zmq.SUBSCRIBE, topic)
        socket.connect(endpoint)
        return socket

    def proved(self, request):
        """A request's bytes with a token for one try of it (section 3): its last member, made over all that stands ahead."""
        self.count += 1
        head, ahead = f"{self.session}.{self.nonce}.{self.count}.".encode(), request[:-1]
        proof = hmac.new(self.secret, head + ahead, hashlib.sha256).digest()
        return ahead + b',"token":"' + head + base64.urlsafe_b64encode(proof).rstrip(b"=") + b'"}'

    def request(self, fields, within=10.0):
        """Sends one request until it is answered: always the same under the same id, but for the token, so that a command
        takes effect once, however often it is sent. Gives the reply and the entries of its second frame, as bytes."""
        fields = {"v": 1, "id": str(uuid.uuid4()), **fields}
        proves = self.session and fields.get("type") not in ("session.login", "session.attach")
        end, patience, tries = time.monotonic() + within, 2.0, 0
        for pause in backoff():
            self.commands = self.commands or self.open(zmq.REQ, self.commands_at)
            request = json.dumps(fields, ensure_ascii=False).encode()
            self.commands.send(self.proved(request) if proves else request)
            left = max(0, min(patience, end - time.monotonic()))
            parts = self.commands.recv_multipart() if self.commands.poll(left * 1000) else None
            answer = parts and self.read_reply(fields.get("type"), *parts)
            if answer and answer[0]["ok"]:
                return answer
            if answer:
                problem, tries = Refused(answer[0]), tries + 1
                if problem.code in FINAL:
                    raise problem
                if problem.code == "session_unattached":  # this server gave us no nonce yet, or was started anew
                    self.nonce = self.request({"type": "session.attach", "session": self.session})[0]["nonce"]
                    self.count, pause = 0, 0
                pause = max(pause, problem.retry_after)
            else:  # a REQ socket whose reply does not come is stuck: the next try has another one
                problem = "no reply"
                self.commands.close()
                self.commands, patience = None, min(2 * patience, 30)
            if time.monotonic() + pause >= end or (answer and problem.code not in WAIT and tries >= 5):
                raise NoAnswer(f"{self.commands_at}: {problem}. It is unknown whether a command took effect.")
            time.sleep(pause)

    @staticmethod
    def read_reply(kind, first, second=b""):
        reply, lines = json.loads(first), []
        if reply["ok"] and kind in ("log.read", "row.history"):  # a second frame: entries, and a last line that ends it
            *lines, end = second.split(b"\n")  # at U+000A only: a text may hold other line separators
            if len(lines) != reply["count"] or not end.startswith(b'{"end":'):
                return None  # a broken reply, which must not be taken for a short one
        return reply, lines

    def follow(self, table):
        """FD1, FD2: opens a new feed socket, waits for the welcome and for a head behind it, and gives this head. The
        server then has all our subscriptions: a snapshot read from now on leaves no hole between itself and the feed.
        What comes before the head may be passed over, as the snapshot has it, or the head tells of it."""
        self.topic = f"table/{table}/".encode()
        for pause in backoff():
            if self.feed:
                self.feed.close()
            self.feed = self.open(zmq.SUB, self.feed_at, [b"head", self.topic, b"welcome"])
            self.last_head, welcomed = time.monotonic(), False
            while message := self.message():
                welcomed = welcomed or message[0] == "welcome"
                if welcomed and message[0] == "head":
                    return message
            print(f"no feed at {self.feed_at}: trying again", file=sys.stderr)
            time.sleep(pause)

    def message(self):
        """The next message of the feed as (kind, header, lines), or None when no head came for 3 s (FD12).
        The buffer of which section 11 speaks is the queue that libzmq keeps for the socket. When it is full, the
        server drops what comes; the next message or head shows that, as it shows every other loss (FD14)."""
        while self.feed.poll(max(0, self.last_head + 3 - time.monotonic()) * 1000):
            parts = self.feed.recv_multipart()
            if parts[0].startswith(b"welcome{"):
                return "welcome", json.loads(parts[0][len("welcome"):]), []
            if parts[0] == b"head":
                self.last_head = time.monotonic()
                return "head", json.loads(parts[1]), []
            if parts[0] == self.topic:
                return "table", json.loads(parts[1]), parts[2].split(b"\n")
        return None  # (what is none of these is of a later version of the protocol, and passed over)


class Follower:
    """Holds one table live: shows a snapshot of it, then the entry of each change, as the log has it, to the byte.
    Whoever wants the rows themselves applies the entries to the rows of the snapshot, as section 8 says."""

    def __init__(self, server, table, count=FOREVER):
        self.server, self.table, self.count = server, table, count
        self.seq, self.epoch = 0, ""  # the position P: everything up to here was shown, nothing beyond

    def run(self):
        self.start()
        while True:
            message = self.server.message()
            try:
                if message is None:  # FD12: a new socket, but the position stays
                    print("no head for 3 s: connecting again", file=sys.stderr)
                    message = self.server.follow(self.table)
                self.take(*message)
            except StartOver:
                self.start()

    def start(self):
        """FD1 to FD3. The feed is opened anew each time, so nothing of an old life is left in its queue (FD4)."""
        self.server.follow(self.table)
        pages = self.read_pages()
        self.seq, self.epoch = pages[0]["seq"], pages[0]["epoch"]  # every page is as of the seq of the first one
        rows = [row for page in pages for row in page.get("rows", [])]
        snapshot = {"table": self.table, "seq": self.seq, "epoch": self.epoch,
                    "definition": pages[0].get("definition"), "rows": rows}
        self.show([json.dumps({"snapshot": snapshot}, ensure_ascii=False).encode()])

    def read_pages(self):
        query = {"type": "row.list", "table": self.table}
        while True:
            try:
                pages = [self.server.request(query, FOREVER)[0]]
                while "next" in pages[-1]:
                    pages.append(self.server.request({**query, "after": pages[-1]["next"]}, FOREVER)[0])
                return pages
            except Refused as refused:
                if refused.code == "table_not_found":  # empty as of a list that does not name the table, else once more
                    tables = self.server.request({"type": "table.list"}, FOREVER)[0]
                    if all(each["definition"]["name"] != self.table for each in tables["tables"]):
                        return [{"seq": tables["seq"], "epoch": tables["epoch"]}]
                elif refused.code not in ("too_old", "wrong_epoch"):
                    raise

    def take(self, kind, header, lines):
        """One message of the feed."""
        if header["epoch"] != self.epoch:
            raise StartOver  # FD5
        if kind == "table":
            for pause in backoff():
                if header["last"] <= self.seq:
                    return  # FD6: known already, from the snapshot or from healing
                entries = [] if header.get("omitted") else [(json.loads(line)["seq"], line) for line in lines]
                whole = len(entries) == header["count"] and entries[-1][0] == header["last"]
                if whole and header["previous"] <= self.seq:
                    return self.apply([line for seq, line in entries if seq > self.seq], header["last"])  # FD8
                before = self.seq
                self.heal()  # FD7
                if self.seq == before:
                    time.sleep(pause)  # whoever answers us is behind the feed
        elif header["tables"].get(self.table, 0) > self.seq:
            self.heal()  # FD9: the head, or a welcome, knows of a change that we have not seen
        else:
            self.seq = max(self.seq, header["seq"])  # FD9: nothing happened to the table up to here

    def heal(self):
        """FD10, FD11: reads what is missing from the log. A page may end inside a group, a group is shown whole."""
        after, group, group_end, pauses, give_up = self.seq, [], 0, backoff(), time.monotonic() + 5
        while True:
            query = {"type": "log.read", "table": self.table, "after": after, "epoch": self.epoch}
            try:
                reply, lines = self.server.request(query, FOREVER)
            except Refused as refused:
                if refused.code == "ahead_of_server" and time.monotonic() < give_up:
                    time.sleep(next(pauses))
                    continue
                if refused.code in ("wrong_epoch", "too_old", "ahead_of_server", "table_not_found"):
                    raise StartOver from None
                raise
            for line in lines:
                entry = json.loads(line)
                end = entry.get("group", [0, entry["seq"]])[1]
                if group and end != group_end:  # an entry of a later group: the one before it is whole
                    self.apply(group, group_end)
                    group = []
                group.append(line)
                group_end = end
            after = reply["last"]
            if not reply["more"]:
                if group:
                    self.apply(group, group_end)
                self.seq = max(self.seq, reply["head"])
                return

    def apply(self, lines, last):
        """One or more whole groups of changes, the last of which ends at this seq."""
        self.show(lines[:min(self.count, len(lines))])
        self.seq, self.count = last, self.count - len(lines)
        if self.count <= 0:
            sys.exit()

    @staticmethod
    def show(lines):
        sys.stdout.buffer.write(b"".join(line + b"\n" for line in lines))
        sys.stdout.buffer.flush()


def cell(text, kind):
    """A value of the command line in the form that its column's type has on the wire (section 4)."""
    if kind == "text" or (kind in ("decimal", "date", "timestamp") and text != "null"):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text  # the server will say what is wrong with it
    return text if kind == "integer" and isinstance(value, int) and abs(value) >= 2**53 else value


def insert(server, table, pairs):
    """Reads the definition first, as the form of a value on the wire depends on its column's type."""
    definition = server.request({"type": "row.list", "table": table, "limit": 1})[0]["definition"]
    kinds = {column["name"]: column["type"] for column in definition["columns"]}
    row = {name: cell(text, kinds.get(name, "text")) for name, _, text in (pair.partition("=") for pair in pairs)}
    return server.request({"type": "row.insert", "table": table, "row": row})[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("login").add_argument("user")
    inserting = commands.add_parser("insert")
    inserting.add_argument("table")
    inserting.add_argument("cells", nargs="*", metavar="col=value")
    watching = commands.add_parser("watch")
    watching.add_argument("table")
    watching.add_argument("--count", type=int, default=FOREVER)
    commands.add_parser("request").add_argument("json", type=json.loads)
    given = parser.parse_args()
    server = Server(given.address)
    try:
        if given.command == "login":
            password = os.environ.get("ROWCAST_PASSWORD") or getpass.getpass()
            session = server.request({"type": "session.login", "user": given.user, "password": password})[0]
            print(f"{session['session']}.{session['secret']}")
        elif given.command == "insert":
            print(json.dumps(insert(server, given.table, given.cells), ensure_ascii=False))
        elif given.command == "watch":
            Follower(server, given.table, given.count).run()
        else:
            reply, lines = server.request(given.json)
            Follower.show([json.dumps(reply, ensure_ascii=False).encode(), *lines])
    except Refused as refused:
        if given.command == "request":
            print(json.dumps(refused.reply, ensure_ascii=False))
        sys.exit(f"{refused}")
    except NoAnswer as unknown:
        sys.exit(f"{unknown}")
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(1)  # whoever read us has enough


if __name__ == "__main__":
    main()
