/**
 * What a service holds about people: one register that names every column of its database says why, by which right and how long, and
 * what a person is told and what is erased follow from it. Every service uses it the same way. Imports nothing of theirs.
 */
@NullMarked
package org.coopmesh.privacy;

import org.jspecify.annotations.NullMarked;
