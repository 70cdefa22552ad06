package org.coopmesh.gateway.session;

import static org.springframework.web.servlet.function.RequestPredicates.GET;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.resource.EncodedResourceResolver;

/**
 * The dashboard's one page, for every path that is not a call or a file. Each answer has a nonce of its own; scripts and
 * styles without it do not run.
 */
@Configuration
@EnableConfigurationProperties(MapSettings.class)
class DashboardPage implements WebMvcConfigurer {
    private static final String NONCE_PLACEHOLDER = "{{nonce}}";
    private static final int NONCE_BYTES = 18;

    private final SecureRandom random = new SecureRandom();
    private final MapSettings map;

    DashboardPage(MapSettings map) {
        this.map = map;
    }

    @Bean
    @Order(10)
    RouterFunction<ServerResponse> dashboard() throws IOException {
        String page =
                new ClassPathResource("dashboard/index.html")
                        .getContentAsString(StandardCharsets.UTF_8);
        return RouterFunctions.route(
                GET("/**").and(DashboardPage::isPage), request -> render(page));
    }

    private ServerResponse render(String page) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        String nonce = Base64.getEncoder().encodeToString(bytes);
        return ServerResponse.ok()
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .cacheControl(CacheControl.noStore())
                .header("Content-Security-Policy", policy(nonce))
                .body(page.replace(NONCE_PLACEHOLDER, nonce));
    }

    private String policy(String nonce) {
        return "default-src 'none'; script-src 'self' 'nonce-%s'; style-src 'self' 'nonce-%s'; "
                        .formatted(nonce, nonce)
                + "img-src 'self' data: blob:"
                + (map.source().isEmpty() ? "" : " " + map.source())
                + "; font-src 'self'; "
                + "connect-src 'self'; manifest-src 'self'; worker-src 'self' blob:; "
                + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    }

    /** Names of assets carry the hash of what is in them. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/assets/**")
                .addResourceLocations("classpath:/static/assets/")
                .setCacheControl(
                        CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable())
                .resourceChain(true)
                .addResolver(packed());
    }

    /**
     * As brotli the files lie packed by the build, tighter than there is time for on the way. Browsers name gzip before it, so gzip
     * is not offered here: who wants that alone gets it packed on the way.
     */
    private static EncodedResourceResolver packed() {
        var packed = new EncodedResourceResolver();
        packed.setContentCodings(List.of("br"));
        return packed;
    }

    /** A path that a person may open: not a call, not a file. */
    private static boolean isPage(ServerRequest request) {
        String path = request.path();
        return !path.startsWith("/api/")
                && !path.startsWith("/id/")
                && !path.startsWith("/oauth2/")
                && !path.startsWith("/login/")
                && !path.startsWith("/actuator")
                && !path.equals("/error")
                && path.indexOf('.', path.lastIndexOf('/') + 1) < 0;
    }
}
