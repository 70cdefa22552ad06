/**
 * What a service counts for who watches over it, and the port where that is read. Each capability counts what it owns; here is
 * only how a figure is asked of the database without asking too often. Imports nothing of theirs.
 */
@NullMarked
package org.coopmesh.watch;

import org.jspecify.annotations.NullMarked;
