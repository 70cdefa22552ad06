import { EdgeProgram, type ProgramInfo } from 'sigma/rendering';
import type { EdgeDisplayData, NodeDisplayData, RenderParams } from 'sigma/types';
import { floatColor } from 'sigma/utils';

/** A line beside the straight way between two nodes, on the right of who goes there: both directions are seen. */
const VERTEX = /* glsl */ `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec2 a_normal;
attribute float a_thickness;
attribute vec2 a_positionStart;
attribute vec2 a_positionEnd;
attribute float a_positionCoef;
attribute float a_side;

uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_zoomRatio;
uniform float u_pixelRatio;
uniform float u_correctionRatio;
uniform float u_feather;

varying vec4 v_color;
varying float v_side;
varying float v_thickness;
varying float v_feather;

const float gap = 1.1;
const float bias = 255.0 / 254.0;

void main() {
  vec2 position = a_positionStart * (1.0 - a_positionCoef) + a_positionEnd * a_positionCoef;
  float half_ = a_thickness * u_correctionRatio / u_sizeRatio;
  float away = half_ + gap * u_correctionRatio / u_sizeRatio;
  gl_Position = vec4((u_matrix * vec3(position + a_normal * (away + a_side * half_), 1)).xy, 0, 1);
  v_thickness = half_ / u_zoomRatio;
  v_side = a_side;
  v_feather = u_feather * u_correctionRatio / u_zoomRatio / u_pixelRatio * 2.0;
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= bias;
}
`;

const FRAGMENT = /* glsl */ `
precision mediump float;

varying vec4 v_color;
varying float v_side;
varying float v_thickness;
varying float v_feather;

const vec4 transparent = vec4(0.0, 0.0, 0.0, 0.0);

void main(void) {
  #ifdef PICKING_MODE
  gl_FragColor = v_color;
  #else
  gl_FragColor = mix(v_color, transparent, smoothstep(v_thickness - v_feather, v_thickness, abs(v_side) * v_thickness));
  #endif
}
`;

const UNIFORMS = ['u_matrix', 'u_sizeRatio', 'u_zoomRatio', 'u_pixelRatio', 'u_correctionRatio', 'u_feather'] as const;

export class LaneProgram extends EdgeProgram<(typeof UNIFORMS)[number]> {
  getDefinition() {
    return {
      VERTICES: 6,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: WebGLRenderingContext.TRIANGLES,
      UNIFORMS,
      ATTRIBUTES: [
        { name: 'a_positionStart', size: 2, type: WebGLRenderingContext.FLOAT },
        { name: 'a_positionEnd', size: 2, type: WebGLRenderingContext.FLOAT },
        { name: 'a_normal', size: 2, type: WebGLRenderingContext.FLOAT },
        { name: 'a_thickness', size: 1, type: WebGLRenderingContext.FLOAT },
        { name: 'a_color', size: 4, type: WebGLRenderingContext.UNSIGNED_BYTE, normalized: true },
        { name: 'a_id', size: 4, type: WebGLRenderingContext.UNSIGNED_BYTE, normalized: true },
      ],
      CONSTANT_ATTRIBUTES: [
        { name: 'a_positionCoef', size: 1, type: WebGLRenderingContext.FLOAT },
        { name: 'a_side', size: 1, type: WebGLRenderingContext.FLOAT },
      ],
      CONSTANT_DATA: [[0, 1], [0, -1], [1, 1], [1, 1], [0, -1], [1, -1]],
    };
  }

  processVisibleItem(edgeIndex: number, startIndex: number, source: NodeDisplayData, target: NodeDisplayData, data: EdgeDisplayData): void {
    const dx = target.x - source.x;
    const dy = target.y - source.y;
    const length = Math.hypot(dx, dy) || 1;
    const { array } = this;
    let at = startIndex;
    array[at++] = source.x;
    array[at++] = source.y;
    array[at++] = target.x;
    array[at++] = target.y;
    array[at++] = dy / length;
    array[at++] = -dx / length;
    array[at++] = data.size;
    array[at++] = floatColor(data.color);
    array[at++] = edgeIndex;
  }

  setUniforms(params: RenderParams, { gl, uniformLocations }: ProgramInfo): void {
    gl.uniformMatrix3fv(uniformLocations.u_matrix!, false, params.matrix);
    gl.uniform1f(uniformLocations.u_sizeRatio!, params.sizeRatio);
    gl.uniform1f(uniformLocations.u_zoomRatio!, params.zoomRatio);
    gl.uniform1f(uniformLocations.u_pixelRatio!, params.pixelRatio);
    gl.uniform1f(uniformLocations.u_correctionRatio!, params.correctionRatio);
    gl.uniform1f(uniformLocations.u_feather!, params.antiAliasingFeather);
  }
}
