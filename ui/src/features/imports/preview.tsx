export function ImportPreview(_: { rest?: string; importId?: string }) {
  return null;
}
