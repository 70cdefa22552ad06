package org.coopmesh.membership.identity;

import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where the gateway would be told that sign-ins have ended. */
final class BackChannelEnd {
    final List<SignedJWT> told = new CopyOnWriteArrayList<>();
    volatile int refuses;

    private final HttpServer server;

    BackChannelEnd() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext(
                "/back-channel",
                exchange -> {
                    String form =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    int answer = 200;
                    if (refuses-- > 0) {
                        answer = 503;
                    } else {
                        try {
                            told.add(SignedJWT.parse(form.replaceFirst("^logout_token=", "")));
                        } catch (ParseException e) {
                            answer = 400;
                        }
                    }
                    exchange.sendResponseHeaders(answer, -1);
                    exchange.close();
                });
        server.start();
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/back-channel";
    }
}
