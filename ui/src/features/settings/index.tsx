export function Settings(_: { rest?: string; importId?: string }) {
  return null;
}
