// One colour for each state, the same on every page.
import type { OrderState, PupilView, ImportState } from "../api.gen";

export type ApplicationTone = "plain" | "wait" | "info" | "accent" | "work" | "done" | "bad" | "gone";

export const orderTone: Record<OrderState, ApplicationTone> = {
  draft: "plain",
  requested: "wait",
  approved: "info",
  confirmed: "accent",
  in_production: "work",
  produced: "done",
  delivered: "done",
  returned: "bad",
  failed: "bad",
  cancelled: "gone",
};

export const applicationTone: Record<NonNullable<PupilView["applicationState"]>, ApplicationTone> = {
  draft: "plain",
  submitted: "wait",
  approved: "done",
  returned: "bad",
};

export const importTone: Record<ImportState, ApplicationTone> = {
  reading: "info",
  preview: "wait",
  partly: "work",
  committed: "done",
  undone: "gone",
  discarded: "gone",
};
