export function Organisation(_: { rest?: string; importId?: string }) {
  return null;
}
