/** Who the browser is: sign-in, session, CSRF, and the page it gets. Imports nothing of ours. */
@NullMarked
package org.coopmesh.gateway.session;

import org.jspecify.annotations.NullMarked;
