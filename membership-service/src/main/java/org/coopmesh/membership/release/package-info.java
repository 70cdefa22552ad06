/**
 * The version of the agent that nodes are offered: what its signers made, passed on as it is. Upstream: a folder that whoever
 * runs the server fills. Imports: node.
 */
@NullMarked
package org.coopmesh.membership.release;

import org.jspecify.annotations.NullMarked;
