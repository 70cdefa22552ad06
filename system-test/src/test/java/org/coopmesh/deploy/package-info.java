/** What is shipped to run the co-op, held to what the services really read: the compose file and the chart. */
package org.coopmesh.deploy;
