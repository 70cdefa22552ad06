package org.coopmesh.nodeagent;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd that what this node knows is enforced: only then does it bring up the network. */
final class Readiness {
    private static final long PATIENCE_SECONDS = 5;
    private static final Logger log = LoggerFactory.getLogger(Readiness.class);

    private Readiness() {}

    /** Does nothing where nobody waits for it. */
    static void tell() throws InterruptedException {
        if (System.getenv("NOTIFY_SOCKET") == null) return;
        try {
            Process notify =
                    new ProcessBuilder(
                                    "systemd-notify",
                                    "--ready",
                                    "--pid=" + ProcessHandle.current().pid())
                            .inheritIO()
                            .start();
            if (!notify.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) notify.destroyForcibly();
        } catch (IOException absent) {
            log.atWarn().addKeyValue("why", absent.getMessage()).log("readiness not told");
        }
    }
}
