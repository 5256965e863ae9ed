import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { targetNamed } from "../../test/support/call.ts";
import type { Tags } from "../call/labels.ts";
import { newId } from "../util/id.ts";
import { type Arms, type CanaryRule, chooseArm } from "./canary.ts";

function armsWith(canary: Partial<CanaryRule>, name = "ask"): Arms {
  const arm = { targets: [targetNamed("test/own")], extractMaxOutputTokens: undefined } as const;
  const other = { ...arm, targets: [targetNamed("test/canary")] } as const;
  return { ...arm, name, canary: { ...other, share: 0.5, by: "tenant", ...canary } };
}

const armOf = (arms: Arms, tags: Tags, id: string = newId(), parentId?: string) =>
  chooseArm(arms, { id, family: parentId === undefined ? undefined : { parentId }, tags }).arm;

const tenants = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.boolean());
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("by a tag", () => {
  test("the same value is always in the same arm, whichever call it is", () => {
    fc.assert(
      fc.property(tenants, share, (tenant, size) => {
        const arms = armsWith({ share: size });
        expect(armOf(arms, { tenant })).toBe(armOf(arms, { tenant, session: "other" }));
      }),
    );
  });

  test("a larger share takes calls into the canary, and none out of it", () => {
    fc.assert(
      fc.property(tenants, share, share, (tenant, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        if (armOf(armsWith({ share: small }), { tenant }) === "canary") {
          expect(armOf(armsWith({ share: large }), { tenant })).toBe("canary");
        }
      }),
    );
  });

  test("nothing at 0, everything at 1, and nothing without the tag", () => {
    fc.assert(
      fc.property(tenants, (tenant) => {
        expect(armOf(armsWith({ share: 0 }), { tenant })).toBe("control");
        expect(armOf(armsWith({ share: 1 }), { tenant })).toBe("canary");
        expect(armOf(armsWith({ share: 1 }), { session: String(tenant) })).toBe("control");
      }),
    );
  });

  test("the arm of a value is the same in every release: a change would mix the arms up", () => {
    const arms = armsWith({ share: 0.5 });
    const drawn = ["ada", "bob", "cyd", "dan", "eve", 7, true].map((tenant) =>
      armOf(arms, { tenant }),
    );
    expect(drawn).toEqual(["control", "canary", "canary", "canary", "canary", "canary", "control"]);
  });
});

/** Within five standard deviations: one run in two million is further off by chance. */
function expectShare(found: number, of: number, wanted: number): void {
  const slack = 5 * Math.sqrt((wanted * (1 - wanted)) / of);
  expect(Math.abs(found / of - wanted)).toBeLessThan(slack);
}

describe("the draw is even", () => {
  const many = 20_000;
  const numbered = Array.from({ length: many }, (_, index) => `tenant-${index}`);

  test.each([0.01, 0.1, 0.5, 0.9])("at a share of %d", (size) => {
    const arms = armsWith({ share: size });
    expectShare(
      numbered.filter((tenant) => armOf(arms, { tenant }) === "canary").length,
      many,
      size,
    );
  });

  test("call by call where no tag decides", () => {
    const arms = armsWith({ share: 0.25, by: undefined });
    const ids = Array.from({ length: many }, () => newId());
    expectShare(ids.filter((id) => armOf(arms, {}, id) === "canary").length, many, 0.25);
  });

  test("for each task for itself: who is in one canary is in another by chance alone", () => {
    const [one, other] = [armsWith({ share: 0.5 }), armsWith({ share: 0.5 }, "other")];
    const inOne = numbered.filter((tenant) => armOf(one, { tenant }) === "canary");
    const inBoth = inOne.filter((tenant) => armOf(other, { tenant }) === "canary");
    expectShare(inBoth.length, inOne.length, 0.5);
  });
});

test("calls made for the same call share its arm", () => {
  const arms = armsWith({ by: undefined });
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), fc.uuid(), (parent, one, other) => {
      expect(armOf(arms, {}, one, parent)).toBe(armOf(arms, {}, other, parent));
      expect(armOf(arms, {}, one, parent)).toBe(armOf(arms, {}, parent));
    }),
  );
});

test("a task without a canary has no arms to tell of", () => {
  const arms: Arms = { ...armsWith({}), canary: undefined };
  expect(chooseArm(arms, { id: "1", family: undefined, tags: {} })).toMatchObject({
    arm: undefined,
    rules: { targets: [{ name: "test/own" }] },
  });
});
