import { NodeCircleProgram } from 'sigma/rendering';

// Shapes beside the disc, each cut out of the same triangle: what a node is can be told without colours.
const cut = (distance: string) => /* glsl */ `
precision highp float;

varying vec4 v_color;
varying vec2 v_diffVector;
varying float v_radius;

uniform float u_correctionRatio;

const vec4 transparent = vec4(0.0, 0.0, 0.0, 0.0);

void main(void) {
  float border = u_correctionRatio * 2.0;
  vec2 at = abs(v_diffVector);
  float dist = ${distance} - v_radius + border;
  #ifdef PICKING_MODE
  gl_FragColor = dist > border ? transparent : v_color;
  #else
  gl_FragColor = mix(v_color, transparent, clamp(dist / border, 0.0, 1.0));
  #endif
}
`;

/** A square: a gateway. */
export class SquareProgram extends NodeCircleProgram {
  override getDefinition() {
    return { ...super.getDefinition(), FRAGMENT_SHADER_SOURCE: cut('max(at.x, at.y) * 1.3') };
  }
}

/** A square on its corner: a node that is down. */
export class DiamondProgram extends NodeCircleProgram {
  override getDefinition() {
    return { ...super.getDefinition(), FRAGMENT_SHADER_SOURCE: cut('(at.x + at.y)') };
  }
}
