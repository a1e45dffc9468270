// What the form holds, and what of it is sent.
import type { GuardianForm, PupilForm } from "../../api.gen";

export type GuardianTexts = { [K in keyof GuardianForm]?: string | undefined };
export type Texts = { [K in keyof Omit<PupilForm, "guardians" | "grade" | "class">]?: string | undefined } & {
  /** Grade and class in one: `7-3`. */
  place?: string | undefined;
  guardians?: (GuardianTexts | undefined)[] | undefined;
};

export const blank = (place?: string): Texts => ({ paperKind: "resident_id", ...(place ? { place } : {}), guardians: [{ paperKind: "resident_id" }] });

/** Only texts that are filled in. */
function filled<T extends Record<string, string | undefined>>(texts: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(texts).filter(([, v]) => v !== undefined && v.trim() !== "")) as { [K in keyof T]?: string };
}

/** Fields that the number filled are left out: the backend fills them again, and marks them. */
export function sent(texts: Texts, auto: Auto): PupilForm {
  const { place, guardians, ...rest } = texts;
  const [grade, number] = (place ?? "").split("-");
  const own = {
    ...rest,
    gender: rest.gender === auto.gender ? undefined : rest.gender,
    birthDate: rest.birthDate === auto.birthDate ? undefined : rest.birthDate,
  };
  return {
    ...filled(own),
    ...(grade && number ? { grade, class: number } : {}),
    guardians: (guardians ?? []).map((g) => filled(g ?? {})),
  };
}

export function textsOf(form: PupilForm): Texts {
  const { grade, class: number, guardians, ...rest } = form;
  return {
    ...rest,
    ...(grade && number ? { place: `${grade}-${number}` } : {}),
    guardians: guardians.length > 0 ? guardians.map((g) => ({ paperKind: "resident_id", ...g })) : [{ paperKind: "resident_id" }],
  };
}

/** Every text by its field's name. */
export function flat(form: PupilForm): Map<string, string | undefined> {
  const { guardians, ...rest } = form;
  return new Map([...Object.entries(rest), ...guardians.flatMap((g, i) => Object.entries(g).map(([k, v]): [string, string | undefined] => [`guardians.${i}.${k}`, v]))]);
}

/** What the paper's number filled in last. */
export type Auto = { gender?: string | undefined; birthDate?: string | undefined };

/** The form's name of a backend field: grade and class are chosen as one. */
export const fieldOf = (name: string | undefined): string | undefined => (name === "grade" || name === "class" ? "place" : name);

/** The path of a field in the form: `guardians.0.phone`. */
export const pathOf = (field: string): (string | number)[] => field.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
