export interface Place {
  latitude: number;
  longitude: number;
}

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
/** In this order: what maps put into their links, then two numbers by themselves. */
const FORMS = [
  new RegExp(`^geo:${NUMBER},${NUMBER}`),
  new RegExp(`[?&]mlat=${NUMBER}&mlon=${NUMBER}`),
  new RegExp(`#map=\\d+(?:\\.\\d+)?/${NUMBER}/${NUMBER}`),
  new RegExp(`/@${NUMBER},${NUMBER},`),
  new RegExp(`[?&](?:q|query|ll)=${NUMBER},${NUMBER}`),
  new RegExp(`^${NUMBER}°?\\s*[,;\\s]\\s*${NUMBER}°?$`),
];

/** A point on the Earth as people write it: two numbers, or a link of a map; undefined if it is none. */
export function readPlace(text: string): Place | undefined {
  let told = text.trim();
  // "41,3874 2,1686" and "41,3874; 2,1686", as many countries write numbers
  const commas = /^(-?\d{1,3}),(\d+)\s*[;\s]\s*(-?\d{1,3}),(\d+)$/.exec(told);
  if (commas) told = `${commas[1]}.${commas[2]} ${commas[3]}.${commas[4]}`;
  for (const form of FORMS) {
    const found = form.exec(told);
    if (!found) continue;
    const place = { latitude: Number(found[1]), longitude: Number(found[2]) };
    return Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180 ? place : undefined;
  }
  return undefined;
}

/** To a metre, as a map would write it. */
export const writePlace = ({ latitude, longitude }: Place) => `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
