// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// What of ERC-20 (EIP-20) a payment needs. `fee` of every thousand is kept; with `sleepy` a transfer says no, and does not revert.
contract Token {
    mapping(address => uint256) public balanceOf;
    uint256 public fee;
    bool public sleepy;
    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor() {
        balanceOf[msg.sender] = type(uint128).max;
    }

    function change(uint256 fee_, bool sleepy_) external {
        fee = fee_;
        sleepy = sleepy_;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        if (sleepy) return false;
        balanceOf[msg.sender] -= value;
        uint256 kept = (value * fee) / 1000;
        balanceOf[to] += value - kept;
        emit Transfer(msg.sender, to, value - kept);
        return true;
    }
}
