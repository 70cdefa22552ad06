import { ApiError, readProblem } from './problem';

/** Fetches a file and hands it to the browser as it came, byte for byte; a refusal is thrown as its problem. */
export async function download(path: string, name: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', headers: { Accept: '*/*' } });
  } catch {
    throw new ApiError({ type: 'about:blank', status: 0 });
  }
  if (!response.ok) throw new ApiError(readProblem(response.status, await response.text(), response.headers.get('Content-Type') ?? ''));
  saveAs(await response.blob(), name);
}

/** Hands a file to the browser to save. */
export function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
