// One colour for each state, the same on every page.
import type { BatchState, CardState, ImportState, LineResult, OrderState, PupilView } from "../api.gen";

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

export const batchTone: Record<BatchState, ApplicationTone> = {
  open: "wait",
  handed_over: "work",
  closed: "done",
  discarded: "gone",
};

export const lineTone: Record<LineResult, ApplicationTone> = {
  waiting: "wait",
  made: "done",
  failed: "bad",
};

export const cardTone: Record<CardState, ApplicationTone> = {
  valid: "done",
  lost: "bad",
  invalid: "gone",
  replaced: "gone",
};
