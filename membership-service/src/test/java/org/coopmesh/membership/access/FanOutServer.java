package org.coopmesh.membership.access;

import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.contracts.membership.v1.Tick;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;

/**
 * A gRPC server that knows nothing: each line it reads is a message, in hexadecimal digits, that goes to all streams at once;
 * receipts are answered and forgotten. What membership-service takes longer than this is its own work.
 */
final class FanOutServer {
    private static final Set<StreamObserver<AccessListMessage>> STREAMS =
            ConcurrentHashMap.newKeySet();

    private FanOutServer() {}

    /** Arguments: certificate, key and authority of the port. Says the port in its first line. */
    static void main(String[] arguments) throws Exception {
        var server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress("127.0.0.1", 0),
                                TlsServerCredentials.newBuilder()
                                        .keyManager(new File(arguments[0]), new File(arguments[1]))
                                        .trustManager(new File(arguments[2]))
                                        .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                                        .build())
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .permitKeepAliveTime(10, java.util.concurrent.TimeUnit.SECONDS)
                        .addService(new Everybody())
                        .build()
                        .start();
        System.out.println(server.getPort());
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            var message = AccessListMessage.parseFrom(HexFormat.of().parseHex(line));
            for (StreamObserver<AccessListMessage> stream : STREAMS) {
                stream.onNext(message);
            }
        }
        System.exit(0);
    }

    private static final class Everybody extends AccessListServiceGrpc.AccessListServiceImplBase {
        @Override
        public void watchAccessList(
                WatchAccessListRequest request, StreamObserver<AccessListMessage> response) {
            STREAMS.add(response);
            response.onNext(
                    AccessListMessage.newBuilder().setTick(Tick.getDefaultInstance()).build());
        }

        @Override
        public void reportReceipt(
                AccessListReceipt request, StreamObserver<AccessListReceiptAccepted> response) {
            response.onNext(AccessListReceiptAccepted.getDefaultInstance());
            response.onCompleted();
        }
    }
}
