package org.coopmesh.nodeagent.identity;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;

/** Why a connection came to nothing, in words that say what to do. */
public final class Causes {
    private Causes() {}

    /** Whether a certificate was refused only because of what the clock says. */
    static boolean isOfTime(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException
                    || cause instanceof CertificateNotYetValidException) {
                return true;
            }
            if (cause instanceof CertPathValidatorException path
                    && (path.getReason() == BasicReason.EXPIRED
                            || path.getReason() == BasicReason.NOT_YET_VALID)) {
                return true;
            }
        }
        return false;
    }

    /** One line, without a trace. */
    public static String inWords(Throwable failed) {
        if (isOfTime(failed)) {
            return "its certificate is not valid by the clock of this machine: set the clock";
        }
        String last = "no reason given";
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case UnknownHostException name -> {
                    return "the name is not found: " + name.getMessage();
                }
                case NoRouteToHostException unrouted -> {
                    return "there is no route to it";
                }
                case ConnectException refused -> {
                    return "nothing listens there, or no network: " + refused.getMessage();
                }
                case SocketTimeoutException silent -> {
                    return "no answer in time; a packet filter may stand between";
                }
                case CertificateException foreign -> {
                    return "another authority than the co-op's: " + foreign.getMessage();
                }
                case SSLException broken when broken.getCause() == null -> {
                    return "TLS failed: " + broken.getMessage();
                }
                case StatusRuntimeException status -> last = words(status.getStatus());
                case StatusException status -> last = words(status.getStatus());
                default -> {
                    if (cause.getMessage() != null) last = cause.getMessage();
                }
            }
        }
        return last;
    }

    private static String words(Status status) {
        String description = status.getDescription();
        return status.getCode() + (description == null ? "" : ": " + description);
    }
}
