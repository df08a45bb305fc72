#!/usr/bin/env python3
"""Shows that an entry is in the log that the server has signed, written from section 13 of docs/PROTOCOL.md (V1 … V4).
Needs follow.py beside it, pyzmq and cryptography (Debian: python3-zmq, python3-cryptography).

  verify.py ADDRESS SEQ [--keep FILE]   FILE keeps the verifier key and the last checkpoint, and is held against the next
"""
import argparse, base64, hashlib, json, os, sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from follow import Server


class Tampered(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Tampered(what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def node(left, right):
    return sha256(b"\x01", left, right)


def decode(texts):
    return [base64.b64decode(text) for text in texts]


def read_key(verifier, origin):
    """V1: NAME+ID+KEY, whose id is that of its key and whose name is that of the log."""
    name, key_id, encoded = verifier.split("+", 2)
    key = base64.b64decode(encoded)
    demand(name == origin, f"the key is that of another log, {name}")
    demand(key[:1] == b"\x01" and len(key) == 33, "the key is no Ed25519 key")
    demand(sha256(f"{name}\n".encode(), key)[:4].hex() == key_id, "the key's id is not its own")
    return key


def open_checkpoint(note, verifier):
    """V2: the size and the root that were signed."""
    text, _, signatures = note.partition("\n\n")
    origin, size, root = text.split("\n")[:3]
    key = read_key(verifier, origin)
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded)
        if dash == "—" and signer == origin and signature[:4] == sha256(f"{origin}\n".encode(), key)[:4]:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], f"{text}\n".encode())
                return origin, int(size), base64.b64decode(root)
            except InvalidSignature:
                break
    raise Tampered(f"the checkpoint over {size} entries is not signed by the log's key")


def verify_inclusion(seq, leaf, size, root, proof):
    """V4: RFC 9162, 2.1.3.2."""
    index, last = seq - 1, size - 1
    for sibling in proof:
        demand(last > 0, "the inclusion proof is too long")
        if index % 2 == 1 or index == last:
            leaf = node(sibling, leaf)
            while index % 2 == 0 and index != 0:
                index, last = index // 2, last // 2
        else:
            leaf = node(leaf, sibling)
        index, last = index // 2, last // 2
    demand(last == 0 and leaf == root, f"entry {seq} is not in the log of {size} entries that was signed")


def verify_consistency(old, old_root, size, root, proof):
    """V3: RFC 9162, 2.1.4.2."""
    if old == size:
        demand(old_root == root, f"two logs of {size} entries were signed")
        return
    if old == 0:
        return
    index, last = old - 1, size - 1
    while index % 2 == 1:
        index, last = index // 2, last // 2
    first, *rest = [old_root, *proof] if index == 0 else proof
    was = now = first
    for sibling in rest:
        demand(last > 0, "the consistency proof is too long")
        if index % 2 == 1 or index == last:
            was, now = node(sibling, was), node(sibling, now)
            while index % 2 == 0 and index != 0:
                index, last = index // 2, last // 2
        else:
            now = node(now, sibling)
        index, last = index // 2, last // 2
    demand(last == 0 and was == old_root and now == root, f"the log does not begin with its {old} entries of before")


def continue_kept(server, keep, verifier, origin, size, root):
    """V3: what is signed now continues what was kept, in this run's log; V5: another origin is another log."""
    with open(keep) as file:
        kept = json.load(file)
    kept_origin, kept_size, kept_root = open_checkpoint(kept["checkpoint"], kept["verifier"])
    if kept_origin != origin:
        print(f"the ledger has begun a new life: {origin}, before {kept_origin}")
        return
    demand(kept["verifier"] == verifier, "the log is signed with another key than before")
    demand(size >= kept_size, f"the log has {size} entries, and had {kept_size}")
    proof = server.request({"type": "log.proof", "from": kept_size, "size": size})[0]["consistency"]
    verify_consistency(kept_size, kept_root, size, root, decode(proof))
    print(f"it continues the {kept_size} entries of before")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("seq", type=int)
    parser.add_argument("--keep")
    given = parser.parse_args()
    server = Server(given.address)
    try:
        present = server.request({"type": "log.proof"})[0]
        verifier, note = present["verifier"], present["checkpoint"]
        origin, size, root = open_checkpoint(note, verifier)
        demand(origin == f"rowcast/{present['epoch']}", f"the checkpoint is of {origin}")
        print(f"signed: {size} entries of {origin}")
        if given.keep and os.path.exists(given.keep):
            continue_kept(server, given.keep, verifier, origin, size, root)
        [entry] = server.request({"type": "log.read", "after": given.seq - 1, "limit": 1})[1]
        proof = server.request({"type": "log.proof", "seq": given.seq, "size": size})[0]["inclusion"]
        verify_inclusion(given.seq, sha256(b"\x00", entry), size, root, decode(proof))
        print(f"entry {given.seq} is in it")
    except Tampered as fault:
        sys.exit(f"TAMPERED: {fault}")
    if given.keep:
        with open(f"{given.keep}.new", "w") as file:
            json.dump({"verifier": verifier, "checkpoint": note}, file)
        os.replace(f"{given.keep}.new", given.keep)


if __name__ == "__main__":
    main()
