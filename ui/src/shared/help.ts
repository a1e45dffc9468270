// The small help of each page (F1). The texts are in the catalogue.
import { tHelp } from "./texts";

export type HelpPart = { title: string; lines: readonly string[] };

export function helpFor(page: string): readonly HelpPart[] {
  return (tHelp as Record<string, readonly HelpPart[]>)[page] ?? tHelp.home;
}
