/**
 * What is shipped to run the co-op, held to what the services really read: the compose file, the chart, and the schemas that one
 * release leaves to the next.
 */
package org.coopmesh.deploy;
