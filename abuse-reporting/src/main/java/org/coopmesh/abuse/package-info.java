/**
 * Abuse reporting: complaints in, decisions and bans out. The sub-packages are its capabilities, each importing only those
 * before it: {@code transparency · subject · evidence · report · casework · decision · bouncer · ban · outside · appeal}. Here stands what they
 * are started with, and nothing that they import.
 */
@NullMarked
package org.coopmesh.abuse;

import org.jspecify.annotations.NullMarked;
