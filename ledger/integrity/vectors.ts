/** The examples of docs/ledger-format.md, for checks of this and other implementations. @module */
import { canonicalJson } from "./canonical_json.ts";
import type { FrameHeader } from "./frame.ts";
import type { LeafEvent } from "./leaf.ts";

/** An event with two postings, its bytes and its leaf hash. */
export const EVENT_VECTOR: { event: LeafEvent; bytesHex: string; hashHex: string } = {
  event: {
    shard: 0,
    position: 41n,
    stream: "account-acc-1",
    version: 3,
    type: "CreditGranted",
    schemaVersion: 1,
    eventId: "01890a5d-ac96-774b-bcce-b302099a8057",
    requestId: null,
    actor: "user:admin-1",
    occurredAtMs: 1_767_225_600_000,
    recordedAtMs: 1_767_225_600_123,
    payloadJson: canonicalJson({
      accountId: "acc-1",
      amountMicroKyat: 5_000_000_000n,
      source: "manual_payment",
      reference: "ငွေလွှဲ “KBZ” 1/2",
    }),
    legs: [
      { account: "1000", currency: "MMK", amount: 5_000_000_000n },
      { account: "2000:acc-1", currency: "MMK", amount: -5_000_000_000n },
    ],
  },
  bytesHex: "000000001173617267616c61792e6576656e742e763100000001300000000234310000000d616363" +
    "6f756e742d6163632d3100000001330000000d4372656469744772616e7465640000000131000000" +
    "2430313839306135642d616339362d373734622d626363652d623330323039396138303537ffffff" +
    "ff0000000c757365723a61646d696e2d310000000d313736373232353630303030300000000d3137" +
    "3637323235363030313233000000807b226163636f756e744964223a226163632d31222c22616d6f" +
    "756e744d6963726f4b796174223a2235303030303030303030222c227265666572656e6365223a22" +
    "e18084e180bde180b1e1809ce180bde180bee180b220e2809c4b425ae2809d20312f32222c22736f" +
    "75726365223a226d616e75616c5f7061796d656e74227d0000000132000000043130303000000003" +
    "4d4d4b0000000a353030303030303030300000000a323030303a6163632d31000000034d4d4b0000" +
    "000b2d35303030303030303030",
  hashHex: "9f3bad4e3af946368d8b17fd1f9baed073cc5c8406cb755b6f3087f74bbc148e",
};

/** Leaf hashes, and the root over the first one, the first two, and so on. */
export const TREE_VECTOR: { leaves: readonly string[]; roots: readonly string[] } = {
  leaves: ["11".repeat(32), "22".repeat(32), "33".repeat(32), "44".repeat(32), "55".repeat(32)],
  roots: [
    "1111111111111111111111111111111111111111111111111111111111111111",
    "1d8f52d3ec81ac02cd97cb3281523be47af850c0f0295af866f04bc245f46bbf",
    "adc505e99f1e9887777a6aa5d140106fcc012a2e4430875f3c2e135124145842",
    "891e2a21dcae25f3928073284134da49b89e7b081d640419c403abad9d6c1de4",
    "715e85a12f31b7e9488faaeb0e87a1788100f5cc0a39bcad343010685e7abe53",
  ],
};

/** A frame's header and its hash. */
export const FRAME_VECTOR: { header: FrameHeader; headerHash: string } = {
  header: {
    shard: 0,
    firstPosition: 41n,
    count: 2,
    previousHash: Uint8Array.fromHex("aa".repeat(32)),
    merkleRoot: Uint8Array.fromHex("bb".repeat(32)),
    epoch: 7n,
    recordedAtMs: 1_767_225_600_123,
  },
  headerHash: "60170050e11f5941db9f24c2c8ebe3eed0b44799533bd666adb68dc97ab8cffb",
};

/** The tree of seven leaves 11…11 to 77…77: its root, and proofs by what they prove. */
export const PATH_VECTOR: {
  root: string;
  inclusion: readonly { index: number; path: readonly string[] }[];
  consistency: readonly { from: number; path: readonly string[] }[];
} = {
  root: "38b7e7a78148dd65d9278270f1727194a28651fc0d05392f39f323a9cc1be9db",
  inclusion: [
    {
      index: 5,
      path: [
        "5555555555555555555555555555555555555555555555555555555555555555",
        "7777777777777777777777777777777777777777777777777777777777777777",
        "891e2a21dcae25f3928073284134da49b89e7b081d640419c403abad9d6c1de4",
      ],
    },
    {
      index: 6,
      path: [
        "6ac47d94a5bb26472efa109c5c42732d99b8913cc1e30979b05e4a69a8e7d481",
        "891e2a21dcae25f3928073284134da49b89e7b081d640419c403abad9d6c1de4",
      ],
    },
  ],
  consistency: [
    {
      from: 3,
      path: [
        "3333333333333333333333333333333333333333333333333333333333333333",
        "4444444444444444444444444444444444444444444444444444444444444444",
        "1d8f52d3ec81ac02cd97cb3281523be47af850c0f0295af866f04bc245f46bbf",
        "378a14550961395b26775d637b9325d56b1cea08c74befb0504de0cfa0e7763a",
      ],
    },
    { from: 4, path: ["378a14550961395b26775d637b9325d56b1cea08c74befb0504de0cfa0e7763a"] },
    {
      from: 6,
      path: [
        "6ac47d94a5bb26472efa109c5c42732d99b8913cc1e30979b05e4a69a8e7d481",
        "7777777777777777777777777777777777777777777777777777777777777777",
        "891e2a21dcae25f3928073284134da49b89e7b081d640419c403abad9d6c1de4",
      ],
    },
  ],
};

/** A signed checkpoint of that tree, and the endorsement of another key by its key. */
export const CHECKPOINT_VECTOR = {
  origin: "example.org/log/shard-0",
  seedHex: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
  publicKey: "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
  keyHash: "23852255",
  position: 42n,
  recordedAtMs: 1_767_225_600_123,
  note:
    "example.org/log/shard-0\n7\nOLfnp4FI3WXZJ4Jw8XJxlKKGUfwNBTkvOfMjqcwb6ds=\nposition 42\nframe 7777777777777777777777777777777777777777777777777777777777777777\ntime 1767225600123\n\n— example.org/log/shard-0 I4UiVSHi37CqH42FtKdpnH95crxJZz6eDITAPZEuhUt16ojJxVp2InOC5VEjQhN/RV/YmN1vSU5ZEwzZua05e9H9vgQ=\n",
  nextPublicKey: "Kay64UG8yvCyLhqU000LxzYeUm0L/hLIl5S8kyKWbdc=",
  nextKeyHash: "ebd76126",
  endorsement:
    "eOQqm9l0t8K3Ho9jhYfCIla+UpH6tMwBm7rF65j+ovPG4cyotpfh5TYIhv6A3yvPNdGhokqqP57jW15KrN8KBQ==",
} as const;
