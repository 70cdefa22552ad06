/**
 * What nodes tell of themselves and their neighbours, newest only, and whether they are up. Upstream: node. Imports:
 * identity, member, node, release.
 */
@NullMarked
package org.coopmesh.membership.topology;

import org.jspecify.annotations.NullMarked;
