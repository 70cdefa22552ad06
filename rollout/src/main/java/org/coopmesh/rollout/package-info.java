/**
 * One version follows another and nobody notices: a service that is started with the word {@code migrate} brings its database up
 * to date and ends, one that is asked to end goes on answering until nobody is sent to it any more, and one that is back lets in as
 * many at a time as it can greet. Imports nothing of ours; all services and the gateway use it.
 */
@NullMarked
package org.coopmesh.rollout;

import org.jspecify.annotations.NullMarked;
