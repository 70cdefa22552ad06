package org.coopmesh.gateway;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What nobody else has answered is a problem too, and says no more than its status. */
@RestController
class Problems implements ErrorController {
    @RequestMapping("/error")
    ResponseEntity<ProblemDetail> error(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status =
                code instanceof Integer number ? HttpStatus.resolve(number) : HttpStatus.NOT_FOUND;
        return ResponseEntity.of(
                        ProblemDetail.forStatus(
                                status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status))
                .build();
    }
}
