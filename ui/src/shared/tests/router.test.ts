import { expect, test } from "vitest";
import { href } from "../router";

test("the scope goes along, other filters stay with their page", () => {
  window.location.hash = "#/orders?d=320508&range=today&state=approved";
  expect(href("/pupils")).toBe("#/pupils?d=320508");
  expect(href("/pupils", { grade: "7" })).toBe("#/pupils?d=320508&grade=7");
  expect(href("/organisation/classes", { s: "x", d: undefined })).toBe("#/organisation/classes?s=x");
});
