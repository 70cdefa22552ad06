/**
 * Schemas before services: a service that is started with the word {@code migrate} brings its database up to date and ends, so
 * that an upgrade fails before anything has been replaced. Imports nothing of ours; all services and the gateway use it.
 */
@NullMarked
package org.coopmesh.migration;

import org.jspecify.annotations.NullMarked;
